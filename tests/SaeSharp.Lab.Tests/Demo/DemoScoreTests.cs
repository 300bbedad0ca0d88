using SaeSharp.Lab.Benchmarks;
using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Tests.Demo;

/// <summary>The whole score on a small model with random weights.</summary>
public sealed class DemoScoreTests : IDisposable
{
    private readonly Testing.TemporaryFolder _folder = new();
    private readonly Backend _backend = CpuBackend.Create(2);

    [Fact]
    public async Task Every_concept_is_scored_in_every_sae_beside_what_needs_none()
    {
        var model = Model(1600);
        Sae("one", "blocks.0.hook_resid_post", 1, model);
        Sae("two", "blocks.1.hook_resid_post", 2, model);
        using var workspace = Workspace.Open(_folder.Path, 2);
        var result = await workspace.DemoScore(new() { Model = model, Saes = ["one", "two"], Tokens = 4000, Requests = 30 });

        var concepts = WorldGrammar.Default.Concepts.All;
        Assert.Equal(concepts.Select(concept => concept.Name), result.Concepts.Select(score => score.Name));
        Assert.Equal(concepts.Select(concept => concept.Name), result.Sentences.Select(score => score.Name));
        Assert.All(result.Concepts.Concat(result.Sentences), score => Assert.All((double[])[score.Auroc, score.F1, score.Probe, score.Coordinate, score.Untrained, score.Difference], value => Assert.InRange(value, 0, 1)));
        Assert.Equal(["one", "two"], result.Saes.Select(score => score.Sae));
        Assert.Equal(4, result.Layers.Count);
        // Embeddings of random weights still tell words apart, so a probe must find word concepts; a random dictionary finds less.
        var words = result.Layers.First(layer => layer.Kind == ConceptKind.Word);
        Assert.InRange(words.Probe.Auroc, 0.65, 1);
        Assert.InRange(words.Untrained.Auroc, 0.5, words.Probe.Auroc);
        Assert.Equal(24, result.Requests.Count);
        Assert.Equal(("colon", "unseen", "unseen"), (result.Harmful!.Position, result.Harmful.Pairs, result.Harmful.Frames));
        Assert.Contains(result.Absorption, score => score is { Parent: "storm-word", Child: "lightning-word" });
    }

    [Fact]
    public async Task The_same_request_gives_the_same_score()
    {
        var model = Model(1600);
        Sae("one", "blocks.0.hook_resid_post", 1, model);
        using var workspace = Workspace.Open(_folder.Path, 2);
        var request = new Lab.Demo.Scoring.DemoScoreRequest { Model = model, Saes = ["one"], Tokens = 3000, Requests = 20, NoSparseProbes = true };
        var (first, second) = (await workspace.DemoScore(request), await workspace.DemoScore(request));
        Assert.Equal(first.Concepts, second.Concepts);
        Assert.Equal(first.Requests, second.Requests);
    }

    [Fact]
    public async Task A_model_with_another_vocabulary_is_refused()
    {
        var model = Model(300);
        Sae("one", "blocks.0.hook_resid_post", 1, model);
        using var workspace = Workspace.Open(_folder.Path, 2);
        var error = await Assert.ThrowsAsync<LabException>(() => workspace.DemoScore(new() { Model = model, Saes = ["one"], Tokens = 3000 }));
        Assert.Contains("does not read the demo world's tokens: id 300 is not", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        (_backend as IDisposable)?.Dispose();
        _folder.Dispose();
    }

    private string Model(int vocabulary)
    {
        var model = Path.Combine(_folder.Path, "models", $"random-{vocabulary}");
        RandomModel.Write(new("random", 2, 32, 2, 48, vocabulary), model);
        WorldTokenizer.Write(WorldGrammar.Default.Lexicon, model, WorldGrammar.Context);
        return model;
    }

    private void Sae(string name, string hook, int seed, string model) =>
        SaeFolder.Save(SaeCatalog.Create(new() { Architecture = "topk", DIn = 32, DSae = 48, K = 4, HookName = hook, ModelName = model }, SaeWeights.Random(seed), _backend), Path.Combine(_folder.Path, "saes", name));
}
