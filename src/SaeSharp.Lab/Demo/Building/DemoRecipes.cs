using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Training;

namespace SaeSharp.Lab.Demo.Building;

/// <summary>The SAEs of the demo: one at every layer, and beside them kinds that find classes of words and states of the text.</summary>
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
        var corpus = new CorpusOptions { Texts = texts, Context = World.WorldGrammar.Context };
        var k = Math.Min(K, request.DSae / 4);
        int[] all = [.. Enumerable.Range(0, request.Layers)], early = all[..Math.Min(3, all.Length)], middle = all.Length > 1 ? all[1..Math.Min(4, all.Length)] : all;
        TrainRequest Training(string name, int[] layers) => new()
        {
            Model = model, Hooks = [.. layers.Select(layer => $"blocks.{layer}.hook_resid_post")], Corpus = corpus, DSae = request.DSae, K = k, Tokens = request.SaeTokens, Seed = request.Seed, Resume = true, Out = $"demo/{name}",
        };
        yield return Training(Path.GetFileName(EveryLayer), all);
        // Classes of words: few features, or nested ones, where the word itself still stands.
        yield return Training("narrow", [0]) with { DSae = request.DSae / 8, K = Math.Max(1, k / 2) };
        yield return Training("matryoshka", [0]) with { Arch = "matryoshka_batchtopk" };
        if (early.Length > 1) yield return Training("crosscoder", early) with { Crosscoder = true, DSae = request.DSae / 8, K = Math.Max(1, k * 3 / 4) };
        // States of the text: features of a token have to be those of a token further on (the table of docs/demo.md says what each setting did).
        yield return Training("states", middle) with { Arch = "contrastive", K = 2 * k, Neighbour = 8, Agreement = 10, Temperature = 0.1, HighShare = 0.5 };
    }
}
