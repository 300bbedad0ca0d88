using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>What can be had from activations without a dictionary, concept by concept: logistic probe, mean difference and best coordinate. Each with its AUROC on rows it was chosen by and on rows it never saw.</summary>
internal sealed class LayerBaselines
{
    private const int MostRowsToFit = 32_768;

    private LayerBaselines(Scored[] probe, Scored[] difference, Scored[] coordinate) => (Probe, Difference, Coordinate) = (probe, difference, coordinate);

    public Scored[] Probe { get; }

    public Scored[] Difference { get; }

    public Scored[] Coordinate { get; }

    /// <summary>Fits and scores.</summary>
    /// <param name="choosing">Rows to fit and choose on, [rows, d].</param>
    /// <param name="choosingLabels">Their labels.</param>
    /// <param name="measuring">Rows to measure on.</param>
    /// <param name="measuringLabels">Their labels.</param>
    public static LayerBaselines Of(Tensor choosing, ConceptLabels choosingLabels, Tensor measuring, ConceptLabels measuringLabels, Backend backend, CancellationToken cancel)
    {
        // The probe fits its own rows too well to be compared with others on them: a part of the choosing half is left for that.
        var fitted = Math.Min(MostRowsToFit, choosing.RowCount * 2 / 3);
        var rest = Math.Min(choosing.RowCount - fitted, MostRowsToFit);
        var probes = ConceptProbes.Fit(choosing.Rows(0, fitted), choosingLabels.Range(0, fitted), backend, cancel);
        var (checking, checkingLabels) = (choosing.Rows(fitted, rest), choosingLabels.Range(fitted, rest));
        var probe = Score(probes.Scores(checking), checkingLabels, probes.Scores(measuring), measuringLabels);
        cancel.ThrowIfCancellationRequested();
        var directions = MeanDifferences(choosing, choosingLabels);
        var difference = Score(Products(directions, checking, backend), checkingLabels, Products(directions, measuring, backend), measuringLabels);
        directions.Free();
        cancel.ThrowIfCancellationRequested();
        return new(probe, difference, Coordinates(choosing, choosingLabels, measuring, measuringLabels));
    }

    /// <summary>AUROC of one score for one concept; ½ where all rows are alike.</summary>
    public static double Auroc(ConceptLabels labels, int concept, float[] scores)
    {
        if (!labels.IsDecided(concept)) return 0.5;
        int[] known = [.. Enumerable.Range(0, labels.Rows).Where(row => !labels.Unknown[row].Contains(concept))];
        float[] values = [.. known.Select(row => scores[row])];
        Array.Sort(values, known);
        var (below, wins) = (0L, 0.0);
        for (int start = 0, end; start < known.Length; start = end)
        {
            var up = 0;
            for (end = start; end < known.Length && values[end] == values[start]; end++)
                if (labels.Truth[known[end]].Contains(concept)) up++;
            wins += up * (below + (end - start - up) / 2.0);
            below += end - start - up;
        }
        return wins / ((double)labels.Positives[concept] * labels.Negatives(concept));
    }

    private static Scored[] Score(float[][] choosing, ConceptLabels choosingLabels, float[][] measuring, ConceptLabels measuringLabels)
    {
        var scored = new Scored[choosing.Length];
        Parallel.For(0, scored.Length, concept => scored[concept] = new(Auroc(choosingLabels, concept, choosing[concept]), Auroc(measuringLabels, concept, measuring[concept])));
        return scored;
    }

    /// <summary>Mean of the rows with a concept less that of the rows without: [concepts, d].</summary>
    private static Tensor MeanDifferences(Tensor x, ConceptLabels labels)
    {
        var (d, all) = (x.Columns, new double[x.Columns]);
        double[][] with = [.. Enumerable.Range(0, labels.Concepts).Select(_ => new double[d])], unknown = [.. Enumerable.Range(0, labels.Concepts).Select(_ => new double[d])];
        for (var row = 0; row < x.RowCount; row++)
        {
            var values = x.Row<float>(row);
            Add(values, all);
            foreach (var concept in labels.Truth[row]) Add(values, with[concept]);
            foreach (var concept in labels.Unknown[row]) Add(values, unknown[concept]);
        }
        var differences = Tensor.Zeros(DType.F32, labels.Concepts, d);
        for (var concept = 0; concept < labels.Concepts; concept++)
        {
            if (!labels.IsDecided(concept)) continue;
            var into = differences.Row<float>(concept);
            for (var i = 0; i < d; i++)
                into[i] = (float)(with[concept][i] / labels.Positives[concept] - (all[i] - with[concept][i] - unknown[concept][i]) / labels.Negatives(concept));
        }
        return differences;
    }

    private static void Add(ReadOnlySpan<float> values, double[] sums)
    {
        for (var i = 0; i < sums.Length; i++) sums[i] += values[i];
    }

    private static float[][] Products(Tensor directions, Tensor x, Backend backend)
    {
        var products = Tensor.Zeros(DType.F32, directions.RowCount, x.RowCount);
        backend.MatMul(directions, x, products, Transpose.B);                 // [concepts, rows]
        float[][] all = [.. Enumerable.Range(0, directions.RowCount).Select(concept => products.Row<float>(concept).ToArray())];
        products.Free();
        return all;
    }

    /// <summary>The best coordinate of each concept, up or down.</summary>
    private static Scored[] Coordinates(Tensor choosing, ConceptLabels choosingLabels, Tensor measuring, ConceptLabels measuringLabels)
    {
        var auroc = new double[choosing.Columns][];
        Parallel.For(0, auroc.Length, i =>
        {
            var (order, values) = (Enumerable.Range(0, choosing.RowCount).ToArray(), Column(choosing, i));
            Array.Sort(values, order);
            auroc[i] = Ranking.Auroc(choosingLabels, order, values);
        });
        var scored = new Scored[choosingLabels.Concepts];
        Parallel.For(0, scored.Length, concept =>
        {
            var best = Enumerable.Range(0, auroc.Length).MaxBy(i => Math.Abs(auroc[i][concept] - 0.5));
            var measured = Auroc(measuringLabels, concept, Column(measuring, best));
            scored[concept] = new(Math.Max(auroc[best][concept], 1 - auroc[best][concept]), auroc[best][concept] < 0.5 ? 1 - measured : measured);
        });
        return scored;
    }

    private static float[] Column(Tensor x, int column)
    {
        var values = new float[x.RowCount];
        for (var row = 0; row < values.Length; row++) values[row] = x.Row<float>(row)[column];
        return values;
    }
}

/// <summary>AUROC on the rows something was chosen by, and on others.</summary>
internal readonly record struct Scored(double Chosen, double Measured);
