using System.Numerics;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>The aux-k loss: the strongest dead latents of each activation explain what the living ones left over, and so get a gradient again.</summary>
/// <remarks>
/// Gao et al. 2024, arXiv:2406.04093v1, A.2, in SAELens' form (<c>saes/topk_sae.py</c>): κ = auxK or dIn/2, s = coefficient · min(dead/κ, 1), z = the min(κ, dead) largest
/// pre-activations (times decoder norms where they are used) among the dead, negative ones included; loss = s · mean‖(x − x̂) − z·W_dec‖², x − x̂ held fixed, no bias.
/// </remarks>
internal sealed class DeadLatentTerm
{
    private const int BlockRows = 256; // rows of dense [rows, dead] pre-activations in memory at a time
    private readonly StepSetting _setting;
    private readonly SaeParameters _weights;
    private readonly SparseTerm _term;
    private readonly int _auxK;
    private readonly Slots _slots;
    private readonly Tensor _scratch, _scratchColumn, _scratchBias, _latents;
    private Views? _views;
    private double _weight;

    public DeadLatentTerm(StepSetting setting, SaeParameters weights)
    {
        (_setting, _weights) = (setting, weights);
        var (dIn, dSae) = (setting.Config.DIn, setting.Config.DSae);
        _auxK = setting.Options.Dead.AuxK ?? Math.Max(dIn / 2, 1);
        _term = new(setting);
        _slots = new(setting, Math.Min(_auxK, dSae));
        _scratch = Tensor.Zeros(setting.Type, dSae, dIn);
        _scratchBias = Tensor.Zeros(setting.Type, dSae);
        _scratchColumn = _scratchBias.Reshape(dSae, 1);
        _latents = Tensor.Zeros(setting.Type, Math.Min(BlockRows, setting.BatchSize) * dSae);
    }

    /// <summary>The loss for <paramref name="residual"/> x − x̂ [batch, dOut], whose Σ‖r‖² counts <paramref name="errorWeight"/>. <paramref name="norms"/> [dSae] are the decoder norms, or null where they are not used.</summary>
    public double Forward(Tensor input, Tensor residual, Tensor? norms, ReadOnlySpan<int> dead, double errorWeight)
    {
        _slots.Resize(Math.Min(_auxK, dead.Length));
        _weight = _setting.Options.Dead.AuxCoefficient * Math.Min((double)dead.Length / _auxK, 1);
        if (_views is null || _views.Dead != dead.Length || _views.Source != input) _views = new(this, input, dead.Length);
        if (_setting.Type == DType.F64) Gather<double>(norms, dead);
        else Gather<float>(norms, dead);
        Choose(dead);
        if (norms is not null) _term.DivideByNorms(norms);
        return _weight * errorWeight * _term.Decode(residual, _weights.Decoder.Value);
    }

    /// <summary>Adds the gradients of the loss to those of the weights. They share one scratch matrix, so they are taken one by one.</summary>
    public void AddGradients(Tensor input, double errorWeight)
    {
        var backend = _setting.Backend;
        _term.Sort();
        _term.Prepare(_weight * errorWeight, _weights.Decoder.Value);
        _term.DecoderGradient(_scratch);
        backend.Add(_weights.Decoder.Gradient, _scratch, _weights.Decoder.Gradient);
        _term.EncoderGradient(input, _scratch);
        backend.Add(_weights.Encoder.Gradient, _scratch, _weights.Encoder.Gradient);
        _term.BiasGradient(_scratchColumn);
        backend.Add(_weights.EncoderBias.Gradient, _scratchBias, _weights.EncoderBias.Gradient);
    }

    /// <summary>Copies encoder rows and biases of the dead, times decoder norms, to the front of the scratch tensors.</summary>
    private void Gather<T>(Tensor? norms, ReadOnlySpan<int> dead) where T : unmanaged, INumber<T>
    {
        var bias = _scratchBias.Span<T>();
        ReadOnlySpan<T> from = _weights.EncoderBias.Value.Span<T>();
        for (var i = 0; i < dead.Length; i++)
        {
            var norm = norms is null ? T.One : norms.Span<T>()[dead[i]];
            bias[i] = from[dead[i]] * norm;
            var row = _scratch.Row<T>(i);
            ReadOnlySpan<T> encoder = _weights.Encoder.Value.Row<T>(dead[i]);
            for (var j = 0; j < row.Length; j++) row[j] = encoder[j] * norm;
        }
    }

    /// <summary>Writes the strongest dead latents of each row into the term, by block of rows.</summary>
    private void Choose(ReadOnlySpan<int> dead)
    {
        var backend = _setting.Backend;
        foreach (var (input, latents, values, indices) in _views!.Blocks)
        {
            backend.MatMul(input, _views.Encoder, latents, Transpose.B);      // pre of the dead   [rows, dead]
            backend.AddRow(latents, _views.Bias, latents);
            backend.TopKRows(latents, values, indices);
        }
        foreach (ref var index in _slots.Indices.Span<int>()) index = dead[index];
        _term.Code.Take(_slots.Values, _slots.Indices);
    }

    /// <summary>Views for one number of dead latents; they are made anew when it changes.</summary>
    private sealed class Views
    {
        public Views(DeadLatentTerm owner, Tensor input, int dead)
        {
            (Dead, Source) = (dead, input);
            (Encoder, Bias) = (owner._scratch.Rows(0, dead), owner._scratchBias.Rows(0, dead));
            for (var start = 0; start < input.RowCount; start += BlockRows)
            {
                var count = Math.Min(BlockRows, input.RowCount - start);
                Blocks.Add((input.Rows(start, count), owner._latents.Rows(0, count * dead).Reshape(count, dead),
                    owner._slots.Values.Rows(start, count), owner._slots.Indices.Rows(start, count)));
            }
        }

        public int Dead { get; }

        public Tensor Source { get; }

        /// <summary>[dead, dIn].</summary>
        public Tensor Encoder { get; }

        /// <summary>[dead].</summary>
        public Tensor Bias { get; }

        public List<(Tensor Input, Tensor Latents, Tensor Values, Tensor Indices)> Blocks { get; } = [];
    }
}
