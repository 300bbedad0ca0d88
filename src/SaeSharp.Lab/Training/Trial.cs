using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Training;

/// <summary>Chooses settings that suit a model and a text, for a first look.</summary>
internal static class Trial
{
    private const string SampleName = "tiny";
    private const int MostLayers = 4;
    private const long MostTokens = 400_000, TokensIndexed = 200_000;

    private static readonly string Samples = Path.Combine(AppContext.BaseDirectory, "samples", "tiny");

    /// <summary>The model asked for, or the one that comes with the program (tiny, with random weights), put into the workspace in <paramref name="home"/> so that every verb knows it by name.</summary>
    public static string Model(TryRequest request, string home)
    {
        if (request.Model is not null) return request.Texts is not null ? request.Model : throw LabException.NothingToDo("there is no text to train on", "Give --texts FILE.");
        var sample = Path.Combine(Samples, "model");
        if (!Directory.Exists(sample)) throw LabException.NothingToDo($"the sample in {Samples} is missing", "Name a model and a text: sae try MODEL --texts FILE.");
        var target = Path.Combine(home, "models", SampleName);
        if (!Directory.Exists(target))
            AtomicFolder.Write(target, folder =>
            {
                foreach (var file in Directory.EnumerateFiles(sample)) AtomicFile.Write(Path.Combine(folder, Path.GetFileName(file)), File.ReadAllBytes(file));
            });
        return SampleName;
    }

    public static TrainRequest Training(TryRequest request, LanguageModel model)
    {
        var layers = model.Transformer.Spec.Layers;
        var corpus = Texts(request, model);
        var tokens = Corpus.Read(corpus, model).KeptTokens;
        var batch = (int)Math.Clamp(tokens / 8, 32, 1024);
        var wanted = request.Tokens > 0 ? request.Tokens : Math.Clamp(tokens * 8, batch * 100L, MostTokens);
        var dIn = model.Transformer.Spec.DModel;
        return new()
        {
            Model = model.Name, Hooks = [.. Layers(layers).Select(layer => $"blocks.{layer}.hook_resid_post")], Corpus = corpus, DSae = Math.Min(8 * dIn, 4096), K = Math.Clamp(dIn / 8, 4, 32),
            Tokens = wanted, Batch = batch, Warmup = 20, Resume = true, Out = request.Model is null ? SampleName : model.ShortName,
        };
    }

    public static IndexRequest Indexing(TryRequest request, TrainResult trained, LanguageModel model) => new() { Sae = [.. trained.Saes.Select(sae => sae.Path)], Model = model.Name, Corpus = Texts(request, model), Tokens = TokensIndexed };

    private static CorpusOptions Texts(TryRequest request, LanguageModel model) => new()
    {
        Texts = request.Texts ?? Path.Combine(Samples, "texts.txt"), Split = request.Split, Context = Math.Min(256, model.Transformer.Spec.Context),
    };

    /// <summary>The middle layer and others around it, evenly spread.</summary>
    private static IEnumerable<int> Layers(int layers) => layers <= MostLayers
        ? Enumerable.Range(0, layers)
        : Enumerable.Range(0, MostLayers).Select(i => (2 * i + 1) * layers / (2 * MostLayers)).Distinct();
}
