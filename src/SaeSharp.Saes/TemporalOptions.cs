namespace SaeSharp.Saes;

/// <summary>The attention of a temporal SAE, between the codes of a context's tokens.</summary>
/// <param name="Heads">Heads of each layer.</param>
/// <param name="Layers">Layers: each predicts what those before it left over.</param>
/// <param name="Bottleneck">dSae / width of queries and keys, all heads together.</param>
/// <param name="IsTied">Whether the encoder is W_decᵀ.</param>
public sealed record TemporalOptions(int Heads = 8, int Layers = 1, int Bottleneck = 64, bool IsTied = true)
{
    /// <summary>More layers than this are a damaged file.</summary>
    private const int MostLayers = 64;

    public int Heads { get; } = OptionException.Positive(Heads);

    public int Layers { get; } = OptionException.InRange(Layers, 1, MostLayers);

    public int Bottleneck { get; } = OptionException.Positive(Bottleneck);
}
