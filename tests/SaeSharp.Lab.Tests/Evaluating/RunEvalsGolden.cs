using System.Text.Json;
using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes;
using Splice = SaeSharp.Lab.Evaluating.SpliceScores.Splice;

namespace SaeSharp.Lab.Tests.Evaluating;

/// <summary>What SAELens' <c>run_evals</c> gives in f64 on a small GPT-2 with five SAEs; ours computes activations and logits in f32.</summary>
public sealed class RunEvalsGolden : IDisposable
{
    private const double F32 = 2e-5, KeptInF32 = 1e-6;
    private static readonly Dictionary<string, string> Names = new()
    {
        ["kl_div_score"] = "klRecovered", ["kl_div_with_ablation"] = "klZero", ["kl_div_with_sae"] = "kl",
        ["ce_loss_score"] = "ceRecovered", ["ce_loss_with_ablation"] = "ceZero", ["ce_loss_with_sae"] = "ceSpliced", ["ce_loss_without_sae"] = "ceOriginal",
        ["explained_variance"] = "explainedVariance", ["explained_variance_legacy"] = "explainedVarianceLegacy", ["mse"] = "mse", ["cossim"] = "cosine",
        ["l2_norm_in"] = "l2NormIn", ["l2_norm_out"] = "l2NormOut", ["l2_ratio"] = "shrinkage", ["relative_reconstruction_bias"] = "relativeReconstructionBiasByBatch", ["l0"] = "l0", ["l1"] = "l1",
    };

    private readonly string _home = Path.Combine(Path.GetTempPath(), $"saesharp-tests-{Guid.NewGuid():N}");

    private static readonly Dictionary<string, int[]> Ignored = new() { ["all_tokens"] = [], ["exclude_0"] = [0], ["exclude_0_1"] = [0, 1] };

    public static MatrixTheoryData<string, string> Cases => new(["resid_post_topk", "hook_z_standard", "mlp_out_batchtopk", "hook_z_head_gated", "resid_post_standard_scaled"], Ignored.Keys);

    private static string Metrics(params string[] path)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        return SharedFiles.At(["golden", "saes", "metrics", .. path]);
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Figures_are_those_of_run_evals(string sae, string name)
    {
        var golden = JsonDocument.Parse(await File.ReadAllBytesAsync(Metrics("lm_metrics.json"))).RootElement.GetProperty(sae);
        using var workspace = Workspace.Open(_home);
        var result = await workspace.Eval(new()
        {
            Sae = Folder(sae, golden), Model = Metrics("tiny_gpt2"), Corpus = new() { IdsFile = await IdsFile(), Context = 16, SkipPositions = SkippedPositions.None },
            Batch = 128, IgnoreIds = Ignored[name], Convention = EvalConvention.SaeLens, PerLatent = true,
        });
        var figures = JsonSerializer.SerializeToElement(result, LabJson.Options);
        foreach (var (theirs, expected) in golden.GetProperty($"run_evals.{name}.f64").EnumerateObject().Where(group => group.Name != "token_stats").SelectMany(group => group.Value.EnumerateObject().Select(value => (value.Name, value.Value.GetDouble()))))
        {
            var actual = figures.GetProperty(Names[theirs]).GetDouble();
            Assert.True(Math.Abs(actual - expected) <= F32 * Math.Abs(expected), $"{theirs} is {actual}, expected {expected}");
        }
        if (name == "exclude_0") RequireFeatures(golden.GetProperty("run_evals.features"), result.Latents!, ScaleOf(golden) ?? 1);
    }

    [Theory, InlineData("resid_post_topk"), InlineData("hook_z_standard"), InlineData("mlp_out_batchtopk"), InlineData("hook_z_head_gated"), InlineData("resid_post_standard_scaled")]
    public void Losses_and_divergences_of_each_token_are_those_of_run_evals(string name)
    {
        using var file = SafetensorsFile.Open(Metrics("lm.safetensors"));
        using var shelves = new Shelves(_home, 2);
        var model = shelves.Models.Get(Metrics("tiny_gpt2"));
        var sae = shelves.Saes.Get(Folder(name, JsonDocument.Parse(File.ReadAllBytes(Metrics("lm_metrics.json"))).RootElement.GetProperty(name)));
        Window[] windows = [.. Ids(file, 0).Select((ids, i) => new Window(i, ids, [.. Enumerable.Range(0, ids.Length).Where(position => ids[position] != 0)]))];
        var scores = new SpliceScores(model, sae.ViewOf(model), EvalConvention.SaeLens);
        var x = scores.Begin(windows);
        RequireTokens("ce_loss_without_sae", scores.TokenLosses.ToArray());
        scores.Add(Splice.Reconstruction, sae.Sae.Decode(sae.Sae.Encode(x)));
        RequireTokens("ce_loss_with_sae", scores.TokenLosses.ToArray());
        RequireTokens("kl_div_with_sae", scores.TokenDivergences.ToArray());
        scores.Add(Splice.Zero, Tensor.Zeros(DType.F32, 1, x.Columns));
        RequireTokens("ce_loss_with_ablation", scores.TokenLosses.ToArray());
        RequireTokens("kl_div_with_ablation", scores.TokenDivergences.ToArray());

        void RequireTokens(string what, double[] actual)
        {
            var expected = file.Read($"{name}.per_token_batch0.{what}");                                  // [prompts, context or one less]
            var (prompts, at) = (windows.SelectMany((window, prompt) => window.Kept.Select(position => (prompt, position))), 0);
            foreach (var (prompt, position) in prompts)
            {
                var value = actual[at++];
                if (position >= expected.Columns) continue;
                var wanted = expected.Row<double>(prompt)[position];
                Assert.True(Math.Abs(value - wanted) <= F32 * Math.Max(1, Math.Abs(wanted)), $"{what} of prompt {prompt} at {position} is {value}, expected {wanted}");
            }
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_home)) Directory.Delete(_home, recursive: true);
    }

    private static void RequireFeatures(JsonElement expected, EvalLatents actual, double scale)
    {
        void Require(string name, IEnumerable<double?> values, double tolerance)
        {
            foreach (var (wanted, value) in expected.GetProperty(name).EnumerateArray().Zip(values))
                Assert.True(wanted.ValueKind == JsonValueKind.String ? value is null : Math.Abs(wanted.GetDouble() - value!.Value) <= tolerance * Math.Max(1, Math.Abs(value.Value)), $"{name} is {value}, expected {wanted}");
        }
        Require("feature_density", actual.Density.Select(value => (double?)value), KeptInF32);
        Require("consistent_activation_heuristic", actual.FiringsInAText, KeptInF32);
        Require("encoder_norm", actual.EncoderNorm.Select(value => (double?)value / scale), scale == 1 ? 1e-9 : KeptInF32); // the scale was folded into the encoder
        Require("encoder_decoder_cosine_sim", actual.EncoderDecoderCosine!, scale == 1 ? 1e-9 : KeptInF32);
        if (expected.TryGetProperty("encoder_bias", out _)) Require("encoder_bias", actual.EncoderBias!.Select(value => (double?)value), 1e-9);
    }

    /// <summary>The SAE's folder; where run_evals was given a scale of the activations, that of the SAE with it folded in, since ours takes activations as they are.</summary>
    private string Folder(string name, JsonElement golden)
    {
        Assert.SkipUnless(SaeCatalog.Names.Contains(Architecture(Metrics("saes", name))), $"This version has no SAE architecture '{Architecture(Metrics("saes", name))}'.");
        if (ScaleOf(golden) is not { } scale) return Metrics("saes", name);
        var folded = Path.Combine(_home, "saes", name);
        using var shelves = new Shelves(_home, 2);
        SaeFolder.Save(SaeFolder.Load(Metrics("saes", name), shelves.Backend).FoldActivationScale(scale), folded);
        return folded;
    }

    private static double? ScaleOf(JsonElement golden) => golden.GetProperty("activation_scaler_scaling_factor") is { ValueKind: JsonValueKind.Number } scale ? scale.GetDouble() : null;

    private static string Architecture(string folder) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cfg.json"))).RootElement.GetProperty("architecture").GetString()!;

    private async Task<string> IdsFile()
    {
        using var file = SafetensorsFile.Open(Metrics("lm.safetensors"));
        var path = Path.Combine(_home, "ids.json");
        Directory.CreateDirectory(_home);
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(Enumerable.Range(0, 4).SelectMany(i => Ids(file, i))));
        return path;
    }

    private static IEnumerable<int[]> Ids(SafetensorsFile file, int batch)
    {
        var tokens = file.Read($"tokens{batch}");
        return Enumerable.Range(0, tokens.RowCount).Select(row => tokens.Row<long>(row).ToArray().Select(id => (int)id).ToArray());
    }
}
