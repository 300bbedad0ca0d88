using System.Text.Json;
using SaeSharp.Models.Checkpoints;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>A tiny model with random weights and what the genuine transformers class computes with it (shared/golden/models/README.md).</summary>
/// <param name="Name">Its folder: <c>models/llama</c>.</param>
internal sealed record GoldenModel(string Name)
{
    /// <summary>How many prompts each has.</summary>
    public const int Prompts = 3;

    private static readonly string[] Collections = ["models", "models-more"];

    /// <summary>Every folder that holds a model, each with the names of its configs; found by listing, so that a new one is tested unasked.</summary>
    public static TheoryData<string, string> Configs
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var model in All)
                foreach (var config in new[] { "config.json", "config.old.json" })
                    if (System.IO.File.Exists(model.File(config))) data.Add(model.Name, config);
            return SharedFiles.Present ? data : new() { { "", "" } };
        }
    }

    /// <summary>Every folder that holds a model.</summary>
    public static TheoryData<string> Names => SharedFiles.Present ? [.. All.Select(model => model.Name)] : [""];

    /// <summary>Those whose residual stream was edited.</summary>
    public static TheoryData<string> Edited => SharedFiles.Present ? [.. All.Where(model => System.IO.File.Exists(model.File("interventions.safetensors"))).Select(model => model.Name)] : [""];

    private static IEnumerable<GoldenModel> All => SharedFiles.Present
        ? Collections.SelectMany(collection => Directory.EnumerateDirectories(SharedFiles.At("golden", collection)).Order(StringComparer.Ordinal)
            .Where(folder => System.IO.File.Exists(Path.Combine(folder, "golden.json")))
            .Select(folder => new GoldenModel($"{collection}/{Path.GetFileName(folder)}")))
        : [];

    /// <summary>The golden model, or a skipped test where it is not here.</summary>
    public static GoldenModel Open(string name)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        return new(name);
    }

    /// <summary>How far logits may lie from f64: linear attention divides by small numbers, which makes rounding larger.</summary>
    public double LogitTolerance => HfConfig.Read(File("config.json")).Has("linear_num_key_heads", "text_config.linear_num_key_heads") ? 2e-4 : 1e-4;

    public string File(string name) => SharedFiles.At("golden", Name, name);

    public SafetensorsFile Tensors(string name = "golden.safetensors") => SafetensorsFile.Open(File(name));

    public JsonElement Facts => StrictJson.Read(File("golden.json"));

    /// <summary>Its rotary frequencies depend on the longest row of a batch, in transformers; ours on each sequence.</summary>
    public bool DependsOnLength => Name is "models/llama_dynamic" or "models/phi3_longrope";

    public Transformer Load(string engine, DType computeType = DType.F32, string config = "config.json")
    {
        if (config == "config.json") return Transformer.Load(SharedFiles.At("golden", Name), Engines.Get(engine), computeType);
        using var folder = new TemporaryFolder();
        System.IO.File.Copy(File(config), folder["config.json"]);
        System.IO.File.Copy(File("model.safetensors"), folder["model.safetensors"]);
        return Transformer.Load(folder.Path, Engines.Get(engine), computeType);
    }

    public static int[] Ids(SafetensorsFile tensors, int prompt) => Ids(tensors.Read($"seq{prompt}.input_ids"));

    public static int[] Ids(Tensor ids) => Array.ConvertAll(ids.Span<long>().ToArray(), checked(id => (int)id));
}
