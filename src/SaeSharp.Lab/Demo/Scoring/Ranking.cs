namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>AUROC of one score for all concepts at once: rows come in ascending order of the score, those that tie together.</summary>
/// <remarks>AUROC is P(a row with the concept scores above one without) + P(they tie)/2; only concepts that a row has, or has unknown, cost time.</remarks>
internal sealed class Ranking(ConceptLabels labels)
{
    private readonly int[] _positives = new int[labels.Concepts], _unknowns = new int[labels.Concepts]; // so far
    private readonly int[] _tiedPositives = new int[labels.Concepts], _tiedUnknowns = new int[labels.Concepts];
    private readonly double[] _wins = new double[labels.Concepts];
    private int _rows;

    /// <summary>AUROC of each concept; ½ where all rows are alike.</summary>
    /// <param name="order">All rows, ascending by score.</param>
    /// <param name="scores">Of each place in the order.</param>
    public static double[] Auroc(ConceptLabels labels, ReadOnlySpan<int> order, ReadOnlySpan<float> scores)
    {
        var ranking = new Ranking(labels);
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start + 1; end < order.Length && scores[end] == scores[start]; end++) { }
            ranking.Add(order[start..end]);
        }
        return ranking.Auroc();
    }

    /// <summary>AUROC of each concept for a score that most rows have as 0.</summary>
    /// <param name="rows">The other rows, ascending by score.</param>
    /// <param name="scores">Their scores.</param>
    public static double[] SparseAuroc(ConceptLabels labels, ReadOnlySpan<int> rows, ReadOnlySpan<float> scores)
    {
        var ranking = new Ranking(labels);
        var (start, isZeroDone) = (0, false);
        while (start < rows.Length || !isZeroDone)
        {
            if (!isZeroDone && (start == rows.Length || scores[start] > 0))
            {
                ranking.AddAllBut(rows);
                isZeroDone = true;
                continue;
            }
            var end = start + 1;
            while (end < rows.Length && scores[end] == scores[start]) end++;
            ranking.Add(rows[start..end]);
            start = end;
        }
        return ranking.Auroc();
    }

    private double[] Auroc()
    {
        var auroc = new double[labels.Concepts];
        for (var concept = 0; concept < auroc.Length; concept++)
            auroc[concept] = labels.IsDecided(concept) ? _wins[concept] / ((double)labels.Positives[concept] * labels.Negatives(concept)) : 0.5;
        return auroc;
    }

    /// <summary>Rows that tie, above all before.</summary>
    private void Add(ReadOnlySpan<int> tied)
    {
        if (tied.Length == 1)
        {
            var (truth, unknown) = (labels.Truth[tied[0]], labels.Unknown[tied[0]]);
            foreach (var concept in truth) _wins[concept] += _rows - _positives[concept]++ - _unknowns[concept];
            unknown.AddTo(_unknowns);
            _rows++;
            return;
        }
        foreach (var row in tied)
        {
            labels.Truth[row].AddTo(_tiedPositives);
            labels.Unknown[row].AddTo(_tiedUnknowns);
        }
        AddTied(tied.Length);
    }

    /// <summary>All rows but those listed tie.</summary>
    private void AddAllBut(ReadOnlySpan<int> listed)
    {
        labels.Positives.CopyTo(_tiedPositives, 0);
        labels.Unknowns.CopyTo(_tiedUnknowns, 0);
        foreach (var row in listed)
        {
            foreach (var concept in labels.Truth[row]) _tiedPositives[concept]--;
            foreach (var concept in labels.Unknown[row]) _tiedUnknowns[concept]--;
        }
        AddTied(labels.Rows - listed.Length);
    }

    private void AddTied(int rows)
    {
        for (var concept = 0; concept < labels.Concepts; concept++)
        {
            var (positives, unknowns) = (_tiedPositives[concept], _tiedUnknowns[concept]);
            _wins[concept] += positives * (_rows - _positives[concept] - _unknowns[concept] + (rows - positives - unknowns) / 2.0);
            _positives[concept] += positives;
            _unknowns[concept] += unknowns;
        }
        Array.Clear(_tiedPositives);
        Array.Clear(_tiedUnknowns);
        _rows += rows;
    }
}
