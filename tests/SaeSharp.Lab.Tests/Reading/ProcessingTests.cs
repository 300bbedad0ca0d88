using System.Text.Json;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Models;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Tests.Reading;

/// <summary>An SAE that was trained on processed weights reads the published model as it read the processed one.</summary>
public sealed class ProcessingTests : IDisposable
{
    private const double CodeTolerance = 1e-4;
    private static readonly int[] Ids = [3, 17, 5, 30, 8, 22, 1, 12];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var model in new[] { "random", "golden" })
            foreach (var hook in new[] { "hook_embed", "blocks.0.hook_resid_pre", "blocks.1.hook_resid_mid", "blocks.1.hook_resid_post", "blocks.0.hook_attn_out", "blocks.1.hook_mlp_out", "blocks.1.ln1.hook_normalized", "blocks.0.ln2.hook_normalized", "blocks.1.mlp.hook_post", "blocks.1.attn.hook_z" })
                data.Add(model, hook);
        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Codes_are_those_of_the_processed_model(string kind, string hook)
    {
        var (published, processed) = Models(kind);
        using var shelves = new Shelves(_folder.Path, 1);
        var (model, twin) = (shelves.Models.Get(published), shelves.Models.Get(processed));
        var asTrained = Sae(twin, hook, """{"fold_ln":true,"center_writing_weights":true}""");
        var plain = Sae(twin, hook, "{}");
        using var run = new LayerRun(model, [asTrained, plain], Ids, new HookSet(), LogitRows.None);
        using var expected = new LayerRun(twin, [plain], Ids, new HookSet(), LogitRows.None);
        Assert.InRange(Distance(run.Codes(asTrained), expected.Codes(plain)), 0, CodeTolerance);
        // Without the processing the codes at a hook that it changes are others: the comparison can fail.
        var changed = hook is "hook_embed" || hook.Contains("resid", StringComparison.Ordinal) || hook.EndsWith("_out", StringComparison.Ordinal);
        if (changed) Assert.True(Distance(run.Codes(plain), expected.Codes(plain)) > 100 * CodeTolerance);
    }

    [Fact]
    public void Writing_puts_back_what_the_view_took_away()
    {
        var view = new ActivationView("blocks.0.hook_resid_pre", Centred: true);
        float[] h = [3, 5, 10], x = new float[3];
        view.Read(h, x);
        Assert.Equal([-3, -1, 4], x);
        x[0] = -2;
        view.Write(x, h);
        Assert.Equal([4, 5, 10], h);
    }

    [Fact]
    public void Folded_value_biases_are_refused_where_they_would_matter() =>
        Assert.Contains("fold_value_biases", Assert.Throws<LabException>(() =>
        {
            var (published, _) = Models("random");
            using var shelves = new Shelves(_folder.Path, 1);
            Sae(shelves.Models.Get(published), "blocks.0.attn.hook_z", """{"fold_value_biases":true}""").RequireFits(shelves.Models.Get(published));
        }).Message);

    private (string Published, string Processed) Models(string kind)
    {
        var published = Path.Combine(_folder.Path, "published");
        if (kind == "random") ProcessedGpt2.WriteRandom(published, seed: 5);
        else
        {
            Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
            published = SharedFiles.At("golden", "models", "gpt2");
        }
        var processed = Path.Combine(_folder.Path, "processed");
        ProcessedGpt2.WriteProcessed(published, processed);
        return (published, processed);
    }

    private static LoadedSae Sae(LanguageModel model, string hook, string processing)
    {
        var width = model.Transformer.HookWidth(hook);
        var config = new SaeConfig
        {
            Architecture = "standard", DIn = width, DSae = 4 * width, HookName = hook,
            OtherMetadata = new Dictionary<string, JsonElement> { [ModelProcessing.Key] = JsonDocument.Parse(processing).RootElement },
        };
        return new("sae", "sae", SaeCatalog.Create(config, SaeWeights.Random(3), Reference.Instance));
    }

    /// <summary>The largest difference between two codes of the same rows.</summary>
    private static double Distance(SparseCodes a, SparseCodes b)
    {
        Span<float> x = a.ToDense().Span<float>(), y = b.ToDense().Span<float>();
        var largest = 0.0;
        for (var i = 0; i < x.Length; i++) largest = Math.Max(largest, Math.Abs((double)x[i] - y[i]));
        return largest;
    }
}
