using CsCheck;
using SaeSharp.Lab.Indexing;
using SaeSharp.Numerics;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Tests.Indexing;

/// <summary>What fires together equals a plain recount over the dense codes.</summary>
public sealed class CoFiringLaws : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("saesharp-cofiring-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1 << 20)] // one pass
    [InlineData(250)] // two features a pass
    public void The_most_correlated_features_are_those_of_a_dense_recount(long tableBytes) =>
        Gen.Frequency((3, Gen.Const(0f)), (1, Gen.Int[1, 40].Select(n => n / 8f))).Array[7].Array[2, 60].Sample(rows =>
        {
            using var spool = new CodeSpool(_folder, 7, rows.Length);
            foreach (var part in rows.Chunk(13)) spool.Add(Codes(part));
            spool.Complete();
            var found = CoFirings.Of(spool, 7, 3, CancellationToken.None, tableBytes);
            for (var feature = 0; feature < 7; feature++)
            {
                double[] mine = [.. rows.Select(row => (double)row[feature])];
                var expected = Enumerable.Range(0, 7).Where(other => other != feature && rows.Any(row => row[feature] > 0 && row[other] > 0))
                    .Select(other => (Other: other, Correlation: Correlation(mine, [.. rows.Select(row => (double)row[other])])))
                    .Where(pair => double.IsFinite(pair.Correlation)).OrderByDescending(pair => pair.Correlation).Take(3).ToList();
                Assert.Equal(expected.Count, found[feature].Count);
                foreach (var (pair, actual) in expected.Zip(found[feature]))
                {
                    Assert.Equal(pair.Correlation, actual.Correlation, 1e-9);
                    var (both, either) = (rows.Count(row => row[feature] > 0 && row[actual.Feature] > 0), rows.Count(row => row[feature] > 0 || row[actual.Feature] > 0));
                    Assert.Equal(both, actual.Both);
                    Assert.Equal((double)both / either, actual.Jaccard);
                }
            }
        });

    private static SparseCodes Codes(float[][] rows) => SparseCodes.FromDense(Tensor.Of<float>([.. rows.SelectMany(row => row)], rows.Length, 7));

    /// <summary>NaN where one of them never changes.</summary>
    private static double Correlation(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        var (xy, xx, yy) = (x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum(), x.Sum(a => (a - meanX) * (a - meanX)), y.Sum(b => (b - meanY) * (b - meanY)));
        return xx < 1e-9 || yy < 1e-9 ? double.NaN : xy / Math.Sqrt(xx * yy);
    }
}
