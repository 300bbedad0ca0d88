using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Coding;

/// <summary>What activations cost in bits and what that costs in error: SAE codes beside OMP, Lasso, PCA, random projection and plain quantisation, entropy-coded in fact.</summary>
public sealed record RateDistortionRequest
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public string? Sae { get; init; }
    /// <summary>Model; left out: the one the SAE was trained on, where it is in the workspace.</summary>
    public string? Model { get; init; }
    /// <summary>The texts and their windows.</summary>
    public required CorpusOptions Corpus { get; init; }
    /// <summary>Stop after this many tokens; 0 takes 8,192. The first half fits means, components and counts, the second is coded and spliced.</summary>
    public long Tokens { get; init; }
    /// <summary>Entries of a code.</summary>
    public IReadOnlyList<int> Counts { get; init; } = [1, 2, 4, 8, 16, 32];
    /// <summary>Bits of the grid that entries are rounded to.</summary>
    public IReadOnlyList<int> Bits { get; init; } = [2, 4, 6, 8];
    /// <summary>Seed of the random projection.</summary>
    public int Seed { get; init; }
    /// <summary>An .svg of error against bits to write.</summary>
    public string? Picture { get; init; }
    /// <summary>A .md to write: at each budget of bits the best that every method has.</summary>
    public string? Table { get; init; }
}

/// <summary>Error against bits.</summary>
/// <param name="Sae">The SAE.</param>
/// <param name="Model">The model.</param>
/// <param name="Hook">Its hook point.</param>
/// <param name="TrainTokens">Tokens that means, components and counts come from.</param>
/// <param name="Tokens">Tokens coded.</param>
/// <param name="Width">Numbers of an activation; 32 bits each as they are.</param>
/// <param name="CeOriginal">Mean next-token loss with the activations as they are, nats.</param>
/// <param name="CeZero">The same with zeros in their place.</param>
/// <param name="Points">All points, method by method.</param>
/// <param name="Picture">The picture written; null where none was asked for.</param>
public sealed record RateDistortionResult(
    string Sae, string Model, string Hook, long TrainTokens, long Tokens, int Width, double? CeOriginal, double? CeZero, IReadOnlyList<RatePoint> Points, string? Picture);

/// <summary>One code at one rate.</summary>
/// <param name="Method">sae, omp, lasso-refit, pca, random-projection or quantisation.</param>
/// <param name="Count">Entries asked for.</param>
/// <param name="MeanNonZeros">Entries that are not 0 on average.</param>
/// <param name="Bits">Bits of the grid.</param>
/// <param name="CountedBits">Bits a vector by counting: entries × bits, and log₂ C(n, k) to say which.</param>
/// <param name="CodedBits">Bits a vector of the entropy-coded bytes, which were decoded again and compared.</param>
/// <param name="Fvu">Fraction of variance unexplained, about the mean of the first half.</param>
/// <param name="FvuUnquantised">The same before entries were rounded.</param>
/// <param name="Ce">Mean next-token loss with the reconstruction in place, nats.</param>
/// <param name="CeRecovered">(CE zero − CE) ÷ (CE zero − CE original).</param>
public sealed record RatePoint(
    string Method, int Count, double MeanNonZeros, int Bits, double CountedBits, double CodedBits, double Fvu, double FvuUnquantised, double? Ce, double? CeRecovered);
