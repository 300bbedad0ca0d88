using SaeSharp.Models.Generation;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>Two tiny models of the Llama family, against the tensors of the genuine transformers class (shared/golden/models/README.md).</summary>
public class LlamaGolden
{
    private const double LogitTolerance = 1e-4, StreamTolerance = 1e-4, PatternTolerance = 1e-5, EmbeddingTolerance = 1e-6, LossTolerance = 1e-4, MeanLossTolerance = 3e-5, F64Tolerance = 1e-9;

    /// <summary>Model folder, engine.</summary>
    public static TheoryData<string, string> Setups
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var model in new[] { "llama", "llama_bias" })
                foreach (var engine in Engines.Names) data.Add(model, engine);
            return data;
        }
    }

    [Theory, MemberData(nameof(Setups))]
    public void Every_stored_hook_is_within_its_tolerance(string name, string engine)
    {
        using var golden = Open(name);
        var model = Load(name, engine);
        var compared = 0;
        for (var s = 0; s < 3; s++)
        {
            var values = model.Read(model.HookNames, LogitRows.None, Ids(golden, s));
            var prefix = $"seq{s}.";
            foreach (var tensor in golden.Names.Where(tensor => tensor.StartsWith(prefix, StringComparison.Ordinal) && tensor.Contains("hook_", StringComparison.Ordinal)))
            {
                var hook = tensor[prefix.Length..];
                Runs.RequireWithin(Tolerance(hook), golden.Read(tensor), Assert.Single(values[hook]), tensor);
                compared++;
            }
        }
        Assert.Equal(golden.Names.Count(tensor => tensor.Contains("hook_", StringComparison.Ordinal)), compared);
    }

    [Theory, MemberData(nameof(Setups))]
    public void Logits_and_losses_are_within_their_tolerance(string name, string engine)
    {
        using var golden = Open(name);
        var model = Load(name, engine);
        for (var s = 0; s < 3; s++)
        {
            var ids = Ids(golden, s);
            var logits = model.Logits(null, ids);
            RequireLogits(golden, s, logits, LogitTolerance);

            var losses = Tensor.Zeros(DType.F32, ids.Length);
            model.Backend.CrossEntropy(logits, [.. ids[1..], -1], losses);
            var expected = golden.Read($"seq{s}.loss_f64");
            for (var i = 0; i < expected.Count; i++) Assert.Equal(expected.Read(i), losses.Read(i), LossTolerance);
            Assert.Equal(expected.Span<double>().ToArray().Average(), losses.Span<float>()[..^1].ToArray().Average(), MeanLossTolerance);
        }
    }

    [Theory, InlineData("llama"), InlineData("llama_bias")]
    public void Logits_in_f64_are_exact(string name)
    {
        using var golden = Open(name);
        var model = Load(name, "reference", DType.F64);
        for (var s = 0; s < 3; s++) RequireLogits(golden, s, model.Logits(null, Ids(golden, s)), F64Tolerance);
    }

    [Theory, MemberData(nameof(Setups))]
    public void A_batch_of_all_sequences_gives_the_bits_of_each_alone(string name, string engine)
    {
        using var golden = Open(name);
        var model = Load(name, engine);
        int[][] batch = [.. Enumerable.Range(0, 3).Select(s => Ids(golden, s))];
        var together = model.Read(model.HookNames, LogitRows.None, batch);
        for (var (s, start) = (0, 0); s < 3; start += batch[s++].Length)
        {
            foreach (var (hook, alone) in model.Read(model.HookNames, LogitRows.None, batch[s]))
                Runs.RequireSameBits(alone[0], together[hook].Count == 3 ? together[hook][s] : together[hook][0].Rows(start, batch[s].Length), hook);
        }
    }

    [Theory, MemberData(nameof(Setups))]
    public void Greedy_continuations_are_the_same_with_and_without_cache(string name, string engine)
    {
        using var golden = Open(name);
        var model = Load(name, engine);
        var expected = StrictJson.Read(SharedFiles.At("golden", "models", name, "golden.json")).GetProperty("sequences");
        for (var s = 0; s < 3; s++)
        {
            var ids = Ids(golden, s);
            var greedy = expected[s].GetProperty("greedy").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            Assert.Equal(greedy, Generator.Generate(model, ids, new() { MaxTokens = greedy.Length, IgnoreEos = true }).Ids);

            int[] grown = ids;
            foreach (var id in greedy)
            {
                var logits = model.Run(TokenBatch.Of(grown), null, LogitRows.Last)!.To(DType.F64);
                Assert.Equal(id, Sampler.Likeliest(logits.Span<double>()));
                grown = [.. grown, id];
            }
        }
    }

    [Theory, InlineData("llama"), InlineData("llama_bias")]
    public void The_old_and_the_new_config_style_mean_the_same_model(string name)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var folder = new TemporaryFolder();
        File.Copy(SharedFiles.At("golden", "models", name, "config.old.json"), folder["config.json"]);
        File.Copy(SharedFiles.At("golden", "models", name, "model.safetensors"), folder["model.safetensors"]);
        var (old, current) = (Transformer.Load(folder.Path, Engines.Get(Engines.Fast)), Load(name, Engines.Fast));
        Runs.RequireSameBits(current.Logits(null, [1, 2, 3, 4]), old.Logits(null, [1, 2, 3, 4]));
    }

    internal static SafetensorsFile Open(string name, string file = "golden.safetensors")
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        return SafetensorsFile.Open(SharedFiles.At("golden", "models", name, file));
    }

    internal static Transformer Load(string name, string engine, DType computeType = DType.F32) =>
        Transformer.Load(SharedFiles.At("golden", "models", name), Engines.Get(engine), computeType);

    internal static int[] Ids(SafetensorsFile golden, int sequence) => ToIds(golden.Read($"seq{sequence}.input_ids"));

    internal static int[] ToIds(Tensor ids) => Array.ConvertAll(ids.Span<long>().ToArray(), checked(id => (int)id));

    private static void RequireLogits(SafetensorsFile golden, int sequence, Tensor logits, double tolerance)
    {
        var expected = golden.Read($"seq{sequence}.logits_f64");                    // all rows, or the last few
        var rows = expected.Shape[0];
        Runs.RequireWithin(tolerance, expected, logits.Rows(logits.Shape[0] - rows, rows).To(DType.F64), $"seq{sequence}.logits");
    }

    private static double Tolerance(string hook) =>
        hook == "hook_embed" ? EmbeddingTolerance : hook.EndsWith("hook_pattern", StringComparison.Ordinal) ? PatternTolerance : StreamTolerance;
}
