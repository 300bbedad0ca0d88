using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Labelling;
using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Reading;

/// <summary>Reads the features on each token of a prompt, at every layer that has an SAE.</summary>
internal sealed class FeatureReader(Shelves shelves, IndexShelf indexes, FeatureLabels labels)
{
    public ReadResult Read(ReadRequest request, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var model = shelves.Models.Get(request.Model);
        var followed = request.Follow.Select(shelves.Feature).ToList();
        string[] asked = [.. request.Saes, .. request.Saes.Count > 0 ? followed.Select(feature => feature.Sae.Folder).Where(folder => !request.Saes.Any(name => shelves.Saes.Find(name) == folder)) : []];
        var prompt = model.Prompt(request);
        var plan = ReadingPlan.Of(model, shelves.PlacesFor(model, asked), prompt.Ids.Length, shelves.Backend.Threads);
        var meter = new ProgressMeter(plan.IsLong ? progress : null, plan.Text, plan.Saes, "layers");
        meter.Report(0);
        var saes = shelves.SaesFor(model, asked);
        foreach (var (sae, _) in followed) sae.RequireFits(model);
        saes = [.. saes, .. followed.Select(feature => feature.Sae).Where(sae => !saes.Contains(sae)).Distinct()];
        if (saes.Count == 0) throw LabException.NoSaeOfModel(model.Name, "the workspace");

        var cells = model.Cells(prompt);
        using var run = new LayerRun(model, saes, prompt.Ids, new HookSet(), LogitRows.None);
        var layers = new LayerReading[saes.Count];
        for (var i = 0; i < layers.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            layers[i] = Layer(run, saes[i], model, OptionException.NotNegative(request.Top, "--top"));
            meter.Report(i + 1);
        }
        return new()
        {
            Model = model.Name, PromptText = prompt.Text, Tokens = cells, Layers = layers,
            Followed = [.. followed.Select(feature => Follow(run, feature.Sae, feature.Feature, model, cells))],
        };
    }

    private LayerReading Layer(LayerRun run, LoadedSae sae, LanguageModel model, int top)
    {
        var (index, label) = (indexes.Find(sae, model), labels.Lookup(sae));
        var (x, y, codes) = (run.At(sae), run.Written(sae), run.Codes(sae));
        var reconstruction = sae.ReconstructsAlone ? sae.Sae.Reconstruct(x) : null;                        // ŷ   [pos, dOut]
        var tokens = new TokenReading[x.RowCount];
        for (var row = 0; row < tokens.Length; row++)
        {
            var (indices, values) = (codes.RowIndices(row).ToArray(), codes.RowValues(row).ToArray());
            var strongest = Enumerable.Range(0, indices.Length).OrderByDescending(i => values[i]).ThenBy(i => indices[i]).Take(top);
            tokens[row] = new(row, values.Count(value => value > 0), Math.Sqrt(LayerRun.Squares(x.Row<float>(row))), reconstruction is null ? null : ErrorShare(y.Row<float>(row), reconstruction.Row<float>(row)),
                [.. strongest.Select(i => Feature(indices[i], values[i], index?.Statistics, label(indices[i])))]);
        }
        reconstruction?.Free();
        return new() { Sae = sae.Name, Hook = sae.Hook, Layer = sae.Layer, Index = index?.Info.Name, Tokens = tokens };
    }

    private static FeatureReading Feature(int feature, float value, FeatureStatistics? statistics, string? label) => new(
        feature, value, statistics?.Quantile(feature, value), statistics?.Max[feature] is { } max ? (double)value / max : null, statistics?.Density(feature), label);

    private FollowedFeature Follow(LayerRun run, LoadedSae sae, int feature, LanguageModel model, IReadOnlyList<TokenCell> cells)
    {
        var statistics = indexes.Find(sae, model)?.Statistics;
        var values = run.Values(sae, feature);
        var (max, position) = Peak(values, cells);
        return new(sae.Name, feature, values, statistics is null || statistics.Fired[feature] == 0 ? null : [.. values.Select(value => statistics.Quantile(feature, value)!.Value)], max, position, statistics?.Max[feature]);
    }

    /// <summary>The largest value outside special tokens and where it is; 0 and null where the feature fires nowhere.</summary>
    public static (double Max, int? Position) Peak(IReadOnlyList<double> values, IReadOnlyList<TokenCell> cells)
    {
        var (max, position) = (0.0, (int?)null);
        for (var i = 0; i < cells.Count; i++)
            if (!cells[i].IsSpecial && values[i] > max) (max, position) = (values[i], i);
        return (max, position);
    }

    private static double? ErrorShare(ReadOnlySpan<float> y, ReadOnlySpan<float> reconstruction)
    {
        var (error, squares) = (0.0, 0.0);
        for (var i = 0; i < y.Length; i++)
        {
            error += ((double)y[i] - reconstruction[i]) * ((double)y[i] - reconstruction[i]);
            squares += (double)y[i] * y[i];
        }
        return squares > 0 ? error / squares : null;
    }
}
