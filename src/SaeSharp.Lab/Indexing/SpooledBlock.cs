using SaeSharp.Saes;

namespace SaeSharp.Lab.Indexing;

/// <summary>Codes of some tokens in a row, and where some features in a row fire among them.</summary>
/// <param name="Codes">Each token's codes, a row each.</param>
/// <param name="From">The first of the features.</param>
/// <param name="Starts">Where the firings of every feature of the SAE would begin, [dSae + 1].</param>
/// <param name="Rows">The rows on which the features fire, rising, one feature's after another's.</param>
/// <param name="Values">The values there.</param>
internal sealed record SpooledBlock(SparseCodes Codes, int From, int[] Starts, int[] Rows, float[] Values)
{
    /// <summary>The firings of a feature in <see cref="Rows"/> and <see cref="Values"/>.</summary>
    public (int First, int End) FiringsOf(int feature) => (Starts[feature] - Starts[From], Starts[feature + 1] - Starts[From]);
}
