using System.Diagnostics;
using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>Scores SAEs of the demo model against the truth.</summary>
/// <remarks>All activations of the text are in memory, tokens · hooks · width · 4 bytes: 0.6 GB for 200,000 tokens and six layers of width 128.</remarks>
internal sealed class DemoScore(DemoScoreRequest request, Shelves shelves)
{
    private const int UntrainedSeed = 1;
    private readonly ConceptTable _concepts = WorldGrammar.Default.Concepts;

    public DemoScoreResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        OptionException.InRange(request.Tokens, 2_000, 5_000_000, "--tokens");
        OptionException.InRange(request.Requests, 0, 100_000, "--requests");
        var model = shelves.Models.Get(request.Model);
        var saes = shelves.SaesFor(model, request.Saes);
        if (saes.Count == 0) throw LabException.NoSaeOfModel(model.Name, "the workspace");
        foreach (var sae in saes) sae.RequireRowwise();
        WorldVocabulary.Require(model);
        string[] hooks = [.. saes.SelectMany(sae => sae.Hook.Split(',', StringSplitOptions.TrimEntries)).Distinct()];

        var documents = new WorldStream(WorldGrammar.Default, request.Seed).Take(request.Tokens).ToList();
        var half = documents.Count / 2;
        using var choosing = ScoredText.Read(documents[..half], model, hooks, progress, cancel);
        using var measuring = ScoredText.Read(documents[half..], model, hooks, progress, cancel);
        var hookScores = new List<HookScores>();
        var (groups, meter) = (saes.GroupBy(sae => sae.Hook).ToList(), new ProgressMeter(progress, "scoring", saes.Count, "SAEs"));
        foreach (var group in groups)
        {
            hookScores.Add(HookScores.Of(group.Key, [.. group], choosing, measuring, UntrainedSeed, shelves.Backend, () => meter.Report(hookScores.Sum(scores => scores.Saes.Count)), cancel));
            meter.Report(hookScores.Sum(scores => scores.Saes.Count));
        }
        var requests = request.Requests == 0 ? [] : new RequestScoring(hookScores, model, hooks, request, shelves.Backend).Run(cancel);
        return new()
        {
            Model = model.Name, Tokens = choosing.Labels.Rows,
            Concepts = Best(hookScores, scores => scores.Tokens, request.NoSparseProbes ? null : (choosing, measuring), progress, cancel),
            Sentences = Best(hookScores, scores => scores.Sentences, null, progress, cancel),
            Harmful = requests.FirstOrDefault(score => score is { Position: "colon", Pairs: "unseen", Frames: "unseen" }), Requests = requests,
            Saes = [.. hookScores.SelectMany(scores => scores.Saes.Select((sae, i) => Score(sae, scores.Tokens.Saes[i], scores.Sentences.Saes[i], scores.L0[i])))],
            Layers = [.. hookScores.SelectMany(scores => Enum.GetValues<ConceptKind>().Select(kind => Layer(scores, kind)))],
            Absorption = [.. Absorption(hookScores, measuring.Labels)],
            Seconds = clock.Elapsed.TotalSeconds,
        };
    }

    /// <summary>The best latent of all SAEs for each concept, and beside it what needs none.</summary>
    private ConceptScore[] Best(List<HookScores> hooks, Func<HookScores, RowScores> view, (ScoredText Choosing, ScoredText Measuring)? sparse, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var (scores, meter, done) = (new ConceptScore[_concepts.All.Count], new ProgressMeter(sparse is null ? null : progress, "sparse probes", _concepts.All.Count, "concepts"), 0);
        Parallel.For(0, scores.Length, new() { CancellationToken = cancel }, concept =>
        {
            var all = hooks.SelectMany(hook => hook.Saes.Select((sae, i) => (Hook: hook, Sae: sae, Latents: view(hook).Saes[i], Codes: hook.Codes[i]))).ToList();
            var ranked = all.MaxBy(entry => entry.Latents.Auroc[concept].Chosen);
            var told = all.MaxBy(entry => entry.Latents.F1[concept].Chosen);
            var probe = hooks.Select(hook => view(hook).Baselines.Probe[concept]).MaxBy(score => score.Chosen).Measured;
            var labels = view(hooks[0]).MeasuringLabels;
            scores[concept] = new(
                _concepts.All[concept].Name, _concepts.All[concept].Kind, ranked.Latents.Auroc[concept].Measured, told.Latents.F1[concept].Measured, ranked.Sae.Layer, ranked.Latents.Ranked[concept], probe,
                hooks.Select(hook => view(hook).Baselines.Coordinate[concept]).MaxBy(score => score.Chosen).Measured, hooks.Select(hook => view(hook).Untrained.Auroc[concept]).MaxBy(score => score.Chosen).Measured,
                hooks.Select(hook => view(hook).Baselines.Difference[concept]).MaxBy(score => score.Chosen).Measured, ranked.Sae.Name, $"{told.Sae.Name}:{told.Latents.Told[concept]}", ranked.Latents.Parts(concept),
                sparse is { } text ? SparseProbes.Needed(ranked.Codes.Choosing, text.Choosing.Labels, ranked.Codes.Measuring, text.Measuring.Labels, concept, probe) : null,
                labels.Positives[concept] / (double)labels.Rows);
            meter.Report(Interlocked.Increment(ref done));
        });
        return scores;
    }

    private SaeScore Score(LoadedSae sae, BestLatents tokens, BestLatents sentences, double l0) => new(
        sae.Name, sae.Hook, l0, Mean(tokens, ConceptKind.Word), Mean(tokens, ConceptKind.State), Mean(sentences, ConceptKind.State),
        [.. _concepts.All.Select(concept => new LatentScore(concept.Name, tokens.Auroc[concept.Number].Measured, tokens.Ranked[concept.Number], tokens.F1[concept.Number].Measured, tokens.Told[concept.Number]))]);

    private LayerScore Layer(HookScores scores, ConceptKind kind) => new(
        scores.Hook, kind, Mean(scores.Tokens.Baselines.Probe, kind), Mean(scores.Tokens.Baselines.Difference, kind), Mean(scores.Tokens.Baselines.Coordinate, kind), Mean(scores.Tokens.Untrained, kind));

    private MeanScore Mean(BestLatents latents, ConceptKind kind) => Mean(latents.Auroc, kind) with { F1 = _concepts.All.Where(concept => concept.Kind == kind).Average(concept => latents.F1[concept.Number].Measured) };

    private MeanScore Mean(Scored[] scores, ConceptKind kind)
    {
        double[] all = [.. _concepts.All.Where(concept => concept.Kind == kind).Select(concept => scores[concept.Number].Measured)];
        return new(all.Average(), null, all.Count(score => score >= 0.95) / (double)all.Length);
    }

    /// <summary>Each parent and child, in the SAE that tells the parent best.</summary>
    private IEnumerable<AbsorptionScore> Absorption(List<HookScores> hooks, ConceptLabels labels)
    {
        foreach (var child in _concepts.All.Where(concept => concept.Parent is not null))
        {
            var parent = _concepts[child.Parent!].Number;
            var (sae, latents) = hooks.SelectMany(hook => hook.Saes.Zip(hook.Tokens.Saes)).MaxBy(entry => entry.Second.F1[parent].Chosen);
            var (parentSays, childSays) = (latents.Says(parent), latents.Says(child.Number));
            var (ofChild, absorbed, elsewhere, missed) = (0, 0, 0, 0);
            for (var row = 0; row < labels.Rows; row++)
            {
                if (labels.Truth[row].Contains(child.Number))
                {
                    ofChild++;
                    if (childSays[row] && !parentSays[row]) absorbed++;
                }
                else if (labels.Truth[row].Contains(parent))
                {
                    elsewhere++;
                    if (!parentSays[row]) missed++;
                }
            }
            yield return new(child.Parent!, child.Name, sae.Name, latents.Told[parent], latents.Told[child.Number], absorbed / Math.Max(1.0, ofChild), missed / Math.Max(1.0, elsewhere));
        }
    }
}
