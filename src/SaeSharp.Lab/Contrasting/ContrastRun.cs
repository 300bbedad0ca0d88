using System.Diagnostics;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Labelling;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Contrasting;

/// <summary>Reads both sets once through every layer, scores every feature, and describes those that stand out.</summary>
internal sealed class ContrastRun
{
    private readonly ContrastRequest _request;
    private readonly IndexShelf _indexes;
    private readonly FeatureLabels _labels;
    private readonly int _threads;
    private readonly LanguageModel _model;
    private readonly IReadOnlyList<LoadedSae> _saes;

    public ContrastRun(ContrastRequest request, Shelves shelves, IndexShelf indexes, FeatureLabels labels)
    {
        (_request, _indexes, _labels) = (request, indexes, labels);
        OptionException.NotNegative(request.Top, "--top");
        OptionException.InRange(request.Shuffles, 100, 10_000, "--shuffles");
        OptionException.Positive(request.C, "--c");
        OptionException.InRange(request.Bundle, 1, 1000, "--bundle");
        if (!double.IsFinite(request.BundleScale)) throw OptionException.Invalid("--bundle-scale is not finite, expected a number.", "Leave it out for the natural differences.");
        _model = shelves.Models.Get(request.Model);
        _saes = shelves.SaesFor(_model, request.Saes);
        if (_saes.Count == 0) throw LabException.NoSaeOfModel(_model.Name, "the workspace");
        foreach (var sae in _saes) sae.RequireRowwise();
        if (request.BundleSae is { } named && _saes.All(sae => sae.Name != named)) throw LabException.NoSae(named, "this contrast", [.. _saes.Select(sae => sae.Name)]);
        _threads = shelves.Backend.Threads;
    }

    public ContrastResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var prompts = ContrastPrompts.Read(_request, _model);
        var split = new PromptSplit(prompts.A, prompts.B, _request.Paired, _request.Seed);
        var layers = PooledReading.Of(_model, _saes, prompts.Windows, _request.Pooling, progress, cancel);
        var read = clock.Elapsed.TotalSeconds;

        var shuffles = new LabelShuffles(split, _request.Shuffles, _request.Seed);
        var scores = new ContrastScoring(split, shuffles, _threads).Score([.. layers.Select(layer => layer.Features)], cancel);
        if (_request.Out is { } table) ContrastTable.Write(table, layers, scores);
        var (confounds, probes) = (new Confounds(prompts, split), new ContrastProbe[layers.Count]);
        IReadOnlyList<ContrastSet> sets = [];
        IReadOnlyList<ContrastConfound> blamed = [];
        IReadOnlyList<ContrastFeature> features = [];
        // None of these asks for another's result.
        Action[] parts = [() => features = Describe(layers, scores, split, confounds, cancel), () => sets = new FeatureSets(layers, scores, split, _request.C).Find(cancel), () => blamed = confounds.Measure(_request.C),
            .. Enumerable.Range(0, layers.Count).Select(i => (Action)(() => probes[i] = ActivationProbe.Of(layers[i], split, _request.C)))];
        Parallel.For(0, parts.Length, new() { MaxDegreeOfParallelism = _threads, CancellationToken = cancel }, i => parts[i]());
        var bundle = Bundle(layers, scores, features, prompts);
        if (_request.BundleOut is { } file) BundleMaker.Write(file, bundle ?? throw LabException.NothingToDo("no feature of an SAE that can be steered with differs", "Choose another SAE with --bundle-sae."));
        return new()
        {
            Model = _model.Name, PromptsA = split.A, PromptsB = split.B, Choosing = PromptSplit.Members(split.Choosing).Length, Paired = split.IsPaired, Pooling = _request.Pooling, At = _request.At,
            PromptText = prompts.Templated, Tokens = prompts.Windows.Sum(window => (long)window.Ids.Length), Tested = scores.Count, Shuffles = _request.Shuffles, Significant = scores.Count(IsSignificant),
            Perfect = ContrastSummary.Perfect(scores, split), HigherInA = [.. features.Where(feature => feature.ChoosingAuroc >= 0.5)], HigherInB = [.. features.Where(feature => feature.ChoosingAuroc < 0.5)],
            Sets = sets, Confounds = blamed,
            Layers = ContrastSummary.Layers(layers, scores, probes), Bundle = bundle, Notes = ContrastSummary.Notes(split, scores), ReadSeconds = read, Seconds = clock.Elapsed.TotalSeconds,
        };
    }

    public static bool IsSignificant(FeatureScore score) => score.Q < 0.05;

    private IReadOnlyList<ContrastFeature> Describe(IReadOnlyList<PooledLayer> layers, IReadOnlyList<FeatureScore> scores, PromptSplit split, Confounds confounds, CancellationToken cancel)
    {
        var ranked = scores.OrderByDescending(score => score.Rank).ThenBy(score => score.Layer).ThenBy(score => score.Feature).ToList();
        FeatureScore[] top = [.. ranked.Where(score => score.Choosing.Auroc >= 0.5).Take(_request.Top), .. ranked.Where(score => score.Choosing.Auroc < 0.5).Take(_request.Top)];
        var steering = Steering([.. top.Select(score => (layers[score.Layer].Sae, score.Feature))], cancel);
        var indexes = top.Select(score => score.Layer).Distinct().ToDictionary(layer => layer, layer => _indexes.Find(layers[layer].Sae, _model)?.Statistics);
        int heldA = split.Held.Count((sbyte)1), heldB = split.Held.Count((sbyte)-1);
        return [.. top.Select((score, i) =>
        {
            var (layer, known) = (layers[score.Layer], indexes[score.Layer]?.Max[score.Feature]);
            var max = known is > 0 ? known.Value : score.Max;
            return new ContrastFeature
            {
                Sae = layer.Sae.Name, Feature = score.Feature, Label = _labels.Lookup(layer.Sae)(score.Feature), Hook = layer.Sae.Hook, Layer = layer.Sae.Layer, Auroc = score.All.Interval(split.A, split.B), ChoosingAuroc = score.Choosing.Auroc,
                HeldOutAuroc = score.Held.Interval(heldA, heldB), RateA = score.RateA, RateB = score.RateB, MeanA = score.MeanA, MeanB = score.MeanB, Difference = score.Difference,
                Max = max, MaxOfIndex = known is > 0, Effect = score.Difference / max, P = score.P, Q = score.Q, PMax = score.PMax,
                Matched = confounds.Match(layer.Features.PromptsOf(score.Feature), layer.Features.ValuesOf(score.Feature)), Steering = steering[i],
            };
        })];
    }

    private Steerability?[] Steering(IReadOnlyList<(LoadedSae Sae, int Feature)> top, CancellationToken cancel)
    {
        var results = new Steerability?[top.Count];
        int[] steerable = [.. Enumerable.Range(0, top.Count).Where(i => IsSteerable(top[i].Sae))];
        if (steerable.Length == 0) return results;
        var trial = new SteeringTrial(_model, [.. steerable.Select(i => top[i].Sae).Distinct()], _request.Neutral);
        foreach (var (i, result) in steerable.Zip(trial.Of([.. steerable.Select(i => top[i])], cancel))) results[i] = result;
        return results;
    }

    /// <summary>Whether a push of its features has one place: a crosscoder's has several.</summary>
    private static bool IsSteerable(LoadedSae sae) => sae.Sae.Config.Hooks.Count == 1 && sae.Sae.Config.HooksOut.Count <= 1;

    private ContrastBundle? Bundle(IReadOnlyList<PooledLayer> layers, IReadOnlyList<FeatureScore> scores, IReadOnlyList<ContrastFeature> features, ContrastPrompts prompts)
    {
        var first = features.OrderByDescending(feature => Math.Abs(feature.ChoosingAuroc - 0.5)).FirstOrDefault(feature => layers.Any(layer => layer.Sae.Name == feature.Sae && IsSteerable(layer.Sae)));
        if ((_request.BundleSae ?? first?.Sae) is not { } name) return null;
        var number = layers.Index().First(layer => layer.Item.Sae.Name == name).Index;
        layers[number].Sae.RequireOneHook();
        FeatureScore[] own = [.. scores.Where(score => score.Layer == number)];
        return own.Length == 0 ? null : BundleMaker.Of(_request, layers[number], own, prompts.Windows[0].Ids[0] == _model.BosId);
    }
}
