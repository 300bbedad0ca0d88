namespace SaeSharp.Saes.Compression;

/// <summary>The codes of many vectors on one basis: for each vector, which of its rows and how much of each.</summary>
/// <param name="Columns">Rows of the basis.</param>
/// <param name="Indices">Ascending in each vector.</param>
/// <param name="Values">Beside them.</param>
public sealed record CodeTable(int Columns, IReadOnlyList<int[]> Indices, IReadOnlyList<double[]> Values)
{
    public int Rows => Indices.Count;

    /// <summary>Whether every vector uses every row, so that nothing has to say which.</summary>
    public bool IsDense { get; init; }

    /// <summary>Whether values may be below 0.</summary>
    public bool IsSigned { get; init; } = true;

    /// <summary>Mean values that are not 0.</summary>
    public double MeanNonZeros => Rows == 0 ? 0 : Values.Average(row => row.Count(value => value != 0));

    /// <summary>Every value on a grid of 2^bits levels over [−M, M], or [0, M] where none is negative, M being the largest magnitude of the table.</summary>
    public QuantisedTable Quantise(int bits) => new(this, new(bits, Values.Max(row => row.Length == 0 ? 0 : row.Max(Math.Abs)), IsSigned));

    /// <summary>Bits to say which <paramref name="k"/> of <paramref name="n"/>: log₂ C(n, k).</summary>
    public static double ChoiceBits(int n, int k)
    {
        var bits = 0.0;
        for (var i = 1; i <= k; i++) bits += Math.Log2((double)(n - k + i) / i);
        return bits;
    }
}
