using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>Models as other tools save them: sharded, in 16 bits, with and without prefix and old masks (shared/golden/models/loaders).</summary>
public class EveryLoader
{
    private const double Tolerance = 1e-4;

    /// <summary>Folders with a model, found by listing.</summary>
    public static TheoryData<string> Loaders => SharedFiles.Present
        ? [.. Directory.EnumerateDirectories(SharedFiles.At("golden", "models", "loaders")).Where(folder => File.Exists(Path.Combine(folder, "golden.safetensors"))).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)]
        : [""];

    [Theory, MemberData(nameof(Loaders))]
    public void Its_logits_are_the_stored_ones(string loader)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var folder = SharedFiles.At("golden", "models", "loaders", loader);
        using var golden = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
        var ids = golden.Read("input_ids");
        foreach (var engine in Engines.Names)
        {
            var logits = Transformer.Load(folder, Engines.Get(engine)).Logits(null, GoldenModel.Ids(ids));
            Runs.RequireWithin(Tolerance, golden.Read("logits").Reshape(logits.Shape), logits, loader);
        }
    }

    [Theory, MemberData(nameof(Loaders))]
    public void Its_weight_file_or_index_is_the_same_model(string loader)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var folder = SharedFiles.At("golden", "models", "loaders", loader);
        var file = Directory.EnumerateFiles(folder).Single(file => Path.GetFileName(file) is "model.safetensors" or "model.safetensors.index.json" or "pytorch_model.bin");
        var (whole, alone) = (Transformer.Load(folder, Engines.Get(Engines.Fast)), Transformer.Load(file, Engines.Get(Engines.Fast)));

        Runs.RequireSameBits(whole.Logits(null, [1, 2, 3]), alone.Logits(null, [1, 2, 3]));
        Assert.Equal(whole.Files, alone.Files);
        Assert.Equal(loader.EndsWith("_sharded", StringComparison.Ordinal) ? Directory.EnumerateFiles(folder, "model-*").Count() : 1, alone.Files.Count - 1);
    }
}
