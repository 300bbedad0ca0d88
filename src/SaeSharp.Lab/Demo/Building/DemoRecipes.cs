using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Training;

namespace SaeSharp.Lab.Demo.Building;

/// <summary>The SAEs of the demo: one at every layer, and in the middle several kinds and widths to compare.</summary>
internal static class DemoRecipes
{
    /// <summary>The folder of the SAEs that are there at every layer.</summary>
    public const string EveryLayer = "demo/topk";

    private const int K = 16;

    /// <summary>The trainings, each with a folder of the workspace to write to.</summary>
    /// <param name="request">Sizes.</param>
    /// <param name="model">Name of the model.</param>
    /// <param name="texts">File of texts.</param>
    public static IEnumerable<TrainRequest> All(DemoBuildRequest request, string model, string texts)
    {
        var (corpus, middle) = (new CorpusOptions { Texts = texts, Context = World.WorldGrammar.Context }, request.Layers / 2);
        var k = Math.Min(K, request.DSae / 4);
        string Hook(int layer) => $"blocks.{layer}.hook_resid_post";
        TrainRequest Training(string name, int[] layers) => new()
        {
            Model = model, Hooks = [.. layers.Select(Hook)], Corpus = corpus, DSae = request.DSae, K = k, Tokens = request.SaeTokens, Seed = request.Seed, Resume = true, Out = $"demo/{name}",
        };
        yield return Training(Path.GetFileName(EveryLayer), [.. Enumerable.Range(0, request.Layers)]);
        yield return Training("narrow", [middle]) with { DSae = request.DSae / 2 };
        yield return Training("matryoshka", [middle]) with { Arch = "matryoshka_batchtopk" };
        yield return Training("contrastive", [middle]) with { Arch = "contrastive" };
    }
}
