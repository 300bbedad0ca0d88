using SaeSharp.Saes;

namespace SaeSharp.Lab.Indexing;

/// <summary>For each feature the features whose values go with its own, exact over all tokens of the corpus, those on which neither fires included.</summary>
/// <remarks>
/// tokens × L0² steps in all, feature by feature: the row of one feature, dSae cells, stays in a cache near the core while its firings pass, which is worth counting each pair from both
/// sides. In as many passes over the codes as parts of the dSae × dSae table take memory for; where that would be more than <see cref="MostPasses"/> nothing is counted, and the lists stay empty.
/// </remarks>
internal sealed class CoFirings
{
    private const long CellBytes = 16, TableBytes = 256 << 20;
    private const int MostPasses = 2048;

    private readonly CodeSpool _spool;
    private readonly int _dSae, _perPass;
    private readonly double[] _means, _scales;
    private readonly long[] _fired;

    private CoFirings(CodeSpool spool, int dSae, long tableBytes)
    {
        (_spool, _dSae, _fired) = (spool, dSae, spool.Fired());
        _perPass = (int)Math.Clamp(tableBytes / (dSae * CellBytes), 1, dSae);
        (_means, _scales) = Moments();
    }

    /// <summary>The <paramref name="count"/> features most correlated with each, [dSae]; empty lists where they would take too long. A pass counts as many features as <paramref name="tableBytes"/> hold.</summary>
    public static IReadOnlyList<CoFiring>[] Of(CodeSpool spool, int dSae, int count, CancellationToken cancel, long tableBytes = TableBytes)
    {
        var found = new IReadOnlyList<CoFiring>[dSae];
        Array.Fill(found, []);
        if (count == 0) return found;
        var table = new CoFirings(spool, dSae, tableBytes);
        if (dSae / table._perPass > MostPasses) return found;
        for (var first = 0; first < dSae; first += table._perPass) table.Fill(first, Math.Min(dSae, first + table._perPass), count, found, cancel);
        return found;
    }

    /// <summary>m = Σv / N and 1 ÷ √Σ(v − m)² of each feature over all N tokens.</summary>
    private (double[] Means, double[] Scales) Moments()
    {
        var (sums, squares) = (new double[_dSae], new double[_dSae]);
        foreach (var codes in _spool.Codes())
        {
            for (var i = 0; i < codes.Indices.Length; i++)
            {
                var value = (double)codes.Values[i];
                sums[codes.Indices[i]] += value;
                squares[codes.Indices[i]] += value * value;
            }
        }
        double n = _spool.Tokens;
        return ([.. sums.Select(sum => sum / n)], [.. sums.Zip(squares, (sum, square) => Scale(square - sum * sum / n, square))]);
    }

    /// <summary>NaN where all values are equal but for rounding: nothing correlates with a constant.</summary>
    private static double Scale(double squares, double uncentred) => squares > 1e-12 * uncentred ? 1 / Math.Sqrt(squares) : double.NaN;

    private void Fill(int first, int end, int count, IReadOnlyList<CoFiring>[] found, CancellationToken cancel)
    {
        var rows = new Cell[end - first][];
        for (var row = 0; row < rows.Length; row++) rows[row] = new Cell[_dSae];
        var options = new ParallelOptions { CancellationToken = cancel };
        foreach (var block in _spool.Blocks(first, end)) Parallel.For(first, end, options, feature => Add(block, feature, rows[feature - first]));
        Parallel.For(first, end, options, feature => found[feature] = Best(feature, rows[feature - first], count));
    }

    /// <summary>Adds what fires in a block where <paramref name="feature"/> does, itself included.</summary>
    private static void Add(SpooledBlock block, int feature, Cell[] cells)
    {
        var (first, end) = block.FiringsOf(feature);
        for (var i = first; i < end; i++)
        {
            var features = block.Codes.RowIndices(block.Rows[i]);
            var values = block.Codes.RowValues(block.Rows[i]);
            double value = block.Values[i];
            for (var j = 0; j < features.Length; j++)
            {
                ref var cell = ref cells[features[j]];
                cell.Products += value * values[j];
                cell.Both++;
            }
        }
    }

    private List<CoFiring> Best(int feature, ReadOnlySpan<Cell> row, int count)
    {
        var best = new List<CoFiring>(count + 1);
        for (var other = 0; other < row.Length; other++)
        {
            if (other == feature || row[other].Both == 0) continue;
            var correlation = (row[other].Products - _means[feature] * _means[other] * _spool.Tokens) * _scales[feature] * _scales[other]; // Pearson's
            if (!double.IsFinite(correlation) || (best.Count == count && correlation <= best[^1].Correlation)) continue;
            var both = row[other].Both;
            var place = best.Count;
            while (place > 0 && best[place - 1].Correlation < correlation) place--;
            best.Insert(place, new(other, both, (double)both / (_fired[feature] + _fired[other] - both), correlation));
            if (best.Count > count) best.RemoveAt(count);
        }
        return best;
    }

    private struct Cell
    {
        public double Products;
        public int Both;
    }
}

/// <summary>A feature that fires where another does.</summary>
/// <param name="Feature">The other one.</param>
/// <param name="Both">Tokens on which both fire.</param>
/// <param name="Jaccard">Both ÷ tokens on which either fires.</param>
/// <param name="Correlation">Pearson's, of the values over all tokens.</param>
internal sealed record CoFiring(int Feature, long Both, double Jaccard, double Correlation);
