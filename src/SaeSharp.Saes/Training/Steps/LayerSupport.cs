using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Where the weights of a cross-layer transcoder may differ from 0: its latents stand in blocks, one a layer; those of layer l read part l of the input and write the parts l, l + 1, … of the output.</summary>
/// <remarks>
/// Ameisen et al. 2025, Circuit Tracing. All else stays 0 because its gradients are set to 0, so that every encoder that a transcoder can have trains it as it stands. The products with
/// those zeros are computed: L layers cost up to L times what their blocks would.
/// </remarks>
internal sealed class LayerSupport
{
    private readonly int _latents, _read, _written;

    private LayerSupport(SaeConfig config) =>
        (_latents, _read, _written) = (config.DSae / config.Hooks.Count, config.DIn / config.Hooks.Count, (config.DOut ?? config.DIn) / config.Hooks.Count);

    /// <summary>Null for what is no cross-layer transcoder.</summary>
    /// <exception cref="SaeException">Its latents do not share out evenly among the layers.</exception>
    public static LayerSupport? Of(SaeConfig config) => !config.IsCrossLayer ? null
        : config.DSae % config.Hooks.Count == 0 ? new(config) : throw SaeException.UnevenLatents(config);

    /// <summary>Clears what a latent does not read and what it does not write.</summary>
    public void Restrict(int latent, double[] read, double[]? written)
    {
        var layer = latent / _latents;
        Keep(read, layer * _read, _read);
        if (written is not null) Keep(written, layer * _written, written.Length - layer * _written);
    }

    /// <summary>The same of all weights, or of all their gradients.</summary>
    public void Restrict(SaeParameters weights, bool gradients)
    {
        var (decoder, skip) = (weights.Decoder, weights.Skip);
        if (gradients) Restrict(weights.Encoder.Gradient, decoder.Gradient, skip?.Gradient);
        else Restrict(weights.Encoder.Value, decoder.Value, skip?.Value);
    }

    /// <summary>Of encoder [dSae, dIn], decoder [dSae, dOut] and skip connection [dOut, dIn].</summary>
    private void Restrict(Tensor encoder, Tensor decoder, Tensor? skip)
    {
        if (decoder.DType == DType.F64) Restrict<double>(encoder, decoder, skip);
        else Restrict<float>(encoder, decoder, skip);
    }

    private void Restrict<T>(Tensor encoder, Tensor decoder, Tensor? skip) where T : unmanaged
    {
        for (var latent = 0; latent < decoder.RowCount; latent++)
        {
            var layer = latent / _latents;
            Keep(encoder.Row<T>(latent), layer * _read, _read);
            decoder.Row<T>(latent)[..(layer * _written)].Clear();
        }
        for (var row = 0; skip is not null && row < skip.RowCount; row++) Keep(skip.Row<T>(row), row / _written * _read, _read); // a layer's own
    }

    private static void Keep<T>(Span<T> row, int start, int count)
    {
        row[..start].Clear();
        row[(start + count)..].Clear();
    }
}
