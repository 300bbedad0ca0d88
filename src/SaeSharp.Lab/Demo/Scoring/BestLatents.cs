using SaeSharp.Saes;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>For each concept the latent of one dictionary that ranks it best and the one that tells it best, chosen on one half and measured on the other.</summary>
internal sealed class BestLatents
{
    private readonly LatentColumns _measuring;
    private readonly ConceptLabels _measuringLabels;

    /// <param name="choosing">Codes of the half to choose on.</param>
    /// <param name="choosingLabels">Its labels.</param>
    /// <param name="measuring">Codes of the other half.</param>
    /// <param name="measuringLabels">Its labels.</param>
    public BestLatents(SparseCodes choosing, ConceptLabels choosingLabels, SparseCodes measuring, ConceptLabels measuringLabels)
    {
        var columns = new LatentColumns(choosing);
        (_measuring, _measuringLabels) = (new(measuring), measuringLabels);
        var (auroc, f1) = (columns.Auroc(choosingLabels), columns.F1(choosingLabels));
        Ranked = [.. Enumerable.Range(0, choosingLabels.Concepts).Select(concept => Enumerable.Range(0, auroc.Length).MaxBy(latent => auroc[latent][concept]))];
        Auroc = [.. Ranked.Select((latent, concept) => new Scored(auroc[latent][concept], Ranking.SparseAuroc(measuringLabels, _measuring.RowsOf(latent), _measuring.ValuesOf(latent))[concept]))];
        Told = [.. Enumerable.Range(0, choosingLabels.Concepts).Select(concept => Enumerable.Range(0, f1.Length).MaxBy(latent => f1[latent][concept].F1))];
        From = [.. Told.Select((latent, concept) => f1[latent][concept].From)];
        F1 = [.. Told.Select((latent, concept) => new Scored(f1[latent][concept].F1, _measuring.F1(measuringLabels, latent, concept, From[concept])))];
    }

    /// <summary>The latent with the highest AUROC for each concept.</summary>
    public int[] Ranked { get; }

    public Scored[] Auroc { get; }

    /// <summary>The latent with the highest F1 for each concept.</summary>
    public int[] Told { get; }

    /// <summary>From which value on it says yes.</summary>
    public float[] From { get; }

    public Scored[] F1 { get; }

    /// <summary>On which measured rows the telling latent of a concept says yes.</summary>
    public bool[] Says(int concept)
    {
        var says = new bool[_measuring.Rows];
        var rows = _measuring.RowsOf(Told[concept]);
        var values = _measuring.ValuesOf(Told[concept]);
        for (var i = 0; i < rows.Length; i++) says[rows[i]] = values[i] > 0 && values[i] >= From[concept];
        return says;
    }

    /// <summary>Latents that are right about a concept in nine of ten rows, each on a twentieth of its rows or more: one where it was found whole, several where it was split.</summary>
    public int Parts(int concept)
    {
        var parts = 0;
        for (var latent = 0; latent < _measuring.Latents; latent++)
        {
            var (right, wrong) = (0, 0);
            var rows = _measuring.RowsOf(latent);
            var values = _measuring.ValuesOf(latent);
            for (var i = 0; i < rows.Length; i++)
            {
                if (values[i] <= 0 || _measuringLabels.Unknown[rows[i]].Contains(concept)) continue;
                if (_measuringLabels.Truth[rows[i]].Contains(concept)) right++;
                else wrong++;
            }
            if (right >= 9 * wrong && right >= 0.05 * _measuringLabels.Positives[concept] && right > 0) parts++;
        }
        return parts;
    }
}
