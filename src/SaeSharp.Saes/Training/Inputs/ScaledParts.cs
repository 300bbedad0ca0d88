using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Options;
using SaeSharp.Saes.Training.Steps;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Training.Inputs;

/// <summary>Each hook of a row times a number of its own, so that a hook of large activations does not count for more than another.</summary>
internal sealed class ScaledParts : InputTransform
{
    private readonly StepSetting _setting;
    private readonly int[] _widths;
    private readonly Tensor _scales; // zeros until they are fitted

    public ScaledParts(StepSetting setting)
    {
        (_setting, _widths) = (setting, setting.Parts);
        _scales = Tensor.Zeros(DType.F64, _widths.Length);
    }

    public override bool IsFitted => _scales.Read(0) != 0;

    public override IEnumerable<(string, Tensor)> State => [("input.scales", _scales)];

    /// <summary>√width / mean‖x‖ of each hook, or 1 / √(mean‖x‖²).</summary>
    public override void Fit(ActivationSource source, CancellationToken cancel)
    {
        var isMeanNorm = _setting.Options.Input.Normalisation == InputNormalisation.MeanNorm;
        var batches = Batches(_setting, source);
        var (batch, sums) = (Tensor.Zeros(DType.F32, source.BatchSize, source.DIn), new double[_widths.Length]);
        for (var i = 0L; i < batches; i++)
        {
            source.Fill(i, batch, cancel);
            for (var row = 0; row < batch.RowCount; row++)
            {
                ReadOnlySpan<float> rest = batch.Row<float>(row);
                for (var part = 0; part < _widths.Length; part++)
                {
                    var squares = 0.0;
                    foreach (var value in rest[.._widths[part]]) squares += (double)value * value;
                    sums[part] += isMeanNorm ? Math.Sqrt(squares) : squares;
                    rest = rest[_widths[part]..];
                }
            }
        }
        var rows = (double)batches * source.BatchSize;
        for (var part = 0; part < sums.Length; part++)
        {
            var (target, size) = isMeanNorm ? (Math.Sqrt(_widths[part]), sums[part] / rows) : (1, Math.Sqrt(sums[part] / rows));
            _scales.Write(part, double.IsFinite(size) && size > 0 ? target / size : throw TrainingException.NoScale(size));
        }
    }

    public override void Apply(Tensor x)
    {
        if (x.DType == DType.F64) Apply<double>(x);
        else Apply<float>(x);
    }

    public override SparseAutoencoder Fold(SparseAutoencoder sae) => Moved(sae, _scales.Span<double>().ToArray());

    public override SparseAutoencoder Unfold(SparseAutoencoder sae) => Moved(sae, [.. _scales.Span<double>().ToArray().Select(scale => 1 / scale)]);

    private void Apply<T>(Tensor x) where T : unmanaged, System.Numerics.INumber<T>
    {
        for (var row = 0; row < x.RowCount; row++)
        {
            var rest = x.Row<T>(row);
            for (var part = 0; part < _widths.Length; part++)
            {
                TensorPrimitives.Multiply<T>(rest[.._widths[part]], T.CreateTruncating(_scales.Read(part)), rest[.._widths[part]]);
                rest = rest[_widths[part]..];
            }
        }
    }

    /// <summary>W_enc · s of what is read, W_dec and b_dec / s of what is written, W_skip both: reading x instead of s·x.</summary>
    private SparseAutoencoder Moved(SparseAutoencoder sae, double[] scales)
    {
        if (sae.Config.RescaleActsByDecoderNorm && _setting.OutputParts > 1) throw SaeException.CannotFold(sae.Config.Architecture); // its norms would choose other latents
        var read = EachColumn(scales[.._setting.InputParts], _setting.DIn);
        var written = _setting.Config.IsTranscoder ? EachColumn(scales[_setting.InputParts..], _setting.DOut) : read;
        var tensors = sae.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value.Clone());
        Multiply(tensors, "W_enc", (row, _) => read[row]);
        Multiply(tensors, "W_dec", (_, column) => 1 / written[column]);
        Multiply(tensors, "b_dec", (_, column) => 1 / written[column]);
        Multiply(tensors, "W_skip", (row, column) => read[column] / written[row]);
        return SaeCatalog.Create(sae.Config, new("folded weights", tensors), sae.Backend);
    }

    private static double[] EachColumn(double[] scales, int width) => [.. Enumerable.Range(0, width).Select(column => scales[column / (width / scales.Length)])];

    private static void Multiply(Dictionary<string, Tensor> tensors, string name, Func<int, int, double> factor)
    {
        if (!tensors.TryGetValue(name, out var tensor)) return;
        var columns = tensor.Shape[^1];
        for (var i = 0L; i < tensor.Count; i++) tensor.Write(i, tensor.Read(i) * factor((int)(i / columns), (int)(i % columns)));
    }
}
