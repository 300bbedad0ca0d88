using SaeSharp.Saes;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>Sparse codes latent by latent: the rows on which each one is not 0, ascending by its value there.</summary>
internal sealed class LatentColumns
{
    private readonly int[] _starts;
    private readonly int[] _rows;
    private readonly float[] _values;

    public LatentColumns(SparseCodes codes)
    {
        (Rows, Latents, _starts) = (codes.Rows, codes.DSae, new int[codes.DSae + 1]);
        foreach (var latent in codes.Indices) _starts[latent + 1]++;
        for (var latent = 0; latent < Latents; latent++) _starts[latent + 1] += _starts[latent];
        var next = _starts[..^1];
        (_rows, _values) = (new int[codes.Indices.Length], new float[codes.Indices.Length]);
        for (var row = 0; row < Rows; row++)
        {
            var latents = codes.RowIndices(row);
            var values = codes.RowValues(row);
            for (var i = 0; i < latents.Length; i++) (_rows[next[latents[i]]], _values[next[latents[i]]++]) = (row, values[i]);
        }
        Parallel.For(0, Latents, latent => Array.Sort(_values, _rows, _starts[latent], _starts[latent + 1] - _starts[latent]));
    }

    public int Rows { get; }

    public int Latents { get; }

    public ReadOnlySpan<int> RowsOf(int latent) => _rows.AsSpan(_starts[latent].._starts[latent + 1]);

    public ReadOnlySpan<float> ValuesOf(int latent) => _values.AsSpan(_starts[latent].._starts[latent + 1]);

    /// <summary>AUROC of each latent for each concept.</summary>
    public double[][] Auroc(ConceptLabels labels)
    {
        var auroc = new double[Latents][];
        Parallel.For(0, Latents, latent => auroc[latent] = Ranking.SparseAuroc(labels, RowsOf(latent), ValuesOf(latent)));
        return auroc;
    }

    /// <summary>The best F1 of each latent for each concept, and the value from which on the latent then says yes. It says no to 0.</summary>
    public (double F1, float From)[][] F1(ConceptLabels labels)
    {
        var best = new (double, float)[Latents][];
        Parallel.For(0, Latents, latent => best[latent] = BestF1(labels, RowsOf(latent), ValuesOf(latent)));
        return best;
    }

    /// <summary>F1 of "the latent is at least <paramref name="from"/>" for a concept.</summary>
    public double F1(ConceptLabels labels, int latent, int concept, float from)
    {
        var rows = RowsOf(latent);
        var values = ValuesOf(latent);
        var (right, said) = (0, 0);
        for (var i = rows.Length - 1; i >= 0 && values[i] >= from && values[i] > 0; i--)
        {
            if (labels.Unknown[rows[i]].Contains(concept)) continue;
            said++;
            if (labels.Truth[rows[i]].Contains(concept)) right++;
        }
        return right == 0 ? 0 : 2.0 * right / (said + labels.Positives[concept]);
    }

    private static (double F1, float From)[] BestF1(ConceptLabels labels, ReadOnlySpan<int> rows, ReadOnlySpan<float> values)
    {
        var best = new (double F1, float From)[labels.Concepts];
        var (right, unknown, said) = (new int[labels.Concepts], new int[labels.Concepts], 0);
        for (int end = rows.Length, start; end > 0 && values[end - 1] > 0; end = start)
        {
            for (start = end - 1; start > 0 && values[start - 1] == values[end - 1]; start--) { }
            for (var i = start; i < end; i++)
            {
                labels.Truth[rows[i]].AddTo(right);
                labels.Unknown[rows[i]].AddTo(unknown);
            }
            said += end - start;
            for (var i = start; i < end; i++)
            {
                foreach (var concept in labels.Truth[rows[i]])
                {
                    var f1 = 2.0 * right[concept] / (said - unknown[concept] + labels.Positives[concept]);
                    if (f1 > best[concept].F1) best[concept] = (f1, values[start]);
                }
            }
        }
        return best;
    }
}
