using SaeSharp.Models.Generation;
using SaeSharp.Models.Interventions;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>Every family, as each of its config styles describes it, against the tensors of the genuine transformers class.</summary>
public class EveryFamily
{
    private const double StreamTolerance = 1e-4, PatternTolerance = 1e-5, EmbeddingTolerance = 1e-6, LossTolerance = 1e-4, MeanLossTolerance = 3e-5;
    private const double F64Tolerance = 1e-9, ProbabilityTolerance = 1e-9;

    /// <summary>Hooks of ours that are not stored for every family that has them; laws check them.</summary>
    private static readonly string[] OurOwn = ["hook_normalized_raw", "attn.hook_result", "mlp.hook_shared_out", "mlp.hook_shared_gate"];

    public static TheoryData<string, string, string> Setups
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var (model, config) in GoldenModel.Configs.Select(row => row.Data))
                foreach (var engine in config == "config.json" ? Engines.Names : [Engines.Fast]) data.Add(model, config, engine);
            return data;
        }
    }

    public static TheoryData<string, string> Configs => GoldenModel.Configs;

    public static TheoryData<string> Models => GoldenModel.Names;

    public static TheoryData<string> Edited => GoldenModel.Edited;

    [Theory, MemberData(nameof(Setups))]
    public void Every_stored_hook_is_within_its_tolerance(string name, string config, string engine)
    {
        var golden = GoldenModel.Open(name);
        using var tensors = golden.Tensors();
        var model = golden.Load(engine, config: config);
        var compared = 0;
        for (var s = 0; s < GoldenModel.Prompts; s++)
        {
            var prefix = $"seq{s}.";
            string[] stored = [.. tensors.Names.Where(tensor => tensor.StartsWith(prefix, StringComparison.Ordinal) && tensor.Contains("hook_", StringComparison.Ordinal))];
            if (stored.Length == 0) continue;
            var values = model.Read(model.HookNames, LogitRows.None, GoldenModel.Ids(tensors, s));
            foreach (var tensor in stored)
            {
                var hook = tensor[prefix.Length..];
                Assert.True(values.ContainsKey(hook), $"There is no {hook}.");
                Runs.RequireWithin(Tolerance(hook), tensors.Read(tensor), Assert.Single(values[hook]), tensor);
                compared++;
            }
        }
        Assert.NotEqual(0, compared);
    }

    [Theory, MemberData(nameof(Models))]
    public void A_model_has_the_hooks_that_its_parts_have_and_no_other(string name)
    {
        var golden = GoldenModel.Open(name);
        using var tensors = golden.Tensors();
        var stored = tensors.Names.Where(tensor => tensor.StartsWith("seq1.", StringComparison.Ordinal) && tensor.Contains("hook_", StringComparison.Ordinal)).Select(tensor => tensor["seq1.".Length..]).ToHashSet();
        var all = golden.Load(Engines.Fast).HookNames;
        var ours = all.Where(hook => !OurOwn.Any(own => hook.EndsWith(own, StringComparison.Ordinal))).ToHashSet();
        Assert.Empty(stored.Except(all));
        if (stored.Contains("blocks.0.attn.hook_q") || stored.Contains("blocks.0.linear.hook_q")) Assert.Empty(ours.Except(stored)); // else only the main hooks are stored
    }

    [Theory, MemberData(nameof(Setups))]
    public void Logits_and_losses_are_within_their_tolerance(string name, string config, string engine)
    {
        var golden = GoldenModel.Open(name);
        using var tensors = golden.Tensors();
        var model = golden.Load(engine, config: config);
        for (var s = 0; s < GoldenModel.Prompts; s++)
        {
            var ids = GoldenModel.Ids(tensors, s);
            var logits = model.Logits(null, ids);
            RequireLast(golden.LogitTolerance, tensors, $"seq{s}.logits_f64", logits);

            var losses = Tensor.Zeros(DType.F32, ids.Length);
            model.Backend.CrossEntropy(logits, [.. ids[1..], -1], losses);
            var expected = tensors.Read($"seq{s}.loss_f64").Span<double>().ToArray();
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], losses.Read(i), LossTolerance);
            Assert.Equal(expected.Average(), losses.Span<float>()[..^1].ToArray().Average(), MeanLossTolerance);
        }
    }

    [Theory, MemberData(nameof(Configs))]
    public void Logits_in_f64_are_exact(string name, string config)
    {
        var golden = GoldenModel.Open(name);
        using var tensors = golden.Tensors();
        var model = golden.Load("reference", DType.F64, config);
        for (var s = 0; s < GoldenModel.Prompts; s++) RequireLast(F64Tolerance, tensors, $"seq{s}.logits_f64", model.Logits(null, GoldenModel.Ids(tensors, s)));
    }

    [Theory, MemberData(nameof(Models))]
    public void A_batch_of_prompts_gives_what_padding_gives_in_transformers(string name)
    {
        var golden = GoldenModel.Open(name);
        Assert.SkipWhen(golden.DependsOnLength, "transformers rotates every row as the longest of the batch; here each sequence is what it is alone (EveryFamilyLaws).");
        using var tensors = golden.Tensors();
        var model = golden.Load(Engines.Fast);
        int[][] batch = [.. Enumerable.Range(0, GoldenModel.Prompts).Select(s => GoldenModel.Ids(tensors, s))];
        var logits = model.Logits(null, batch);
        foreach (var side in new[] { "left", "right" })
        {
            for (var (s, start) = (0, 0); s < GoldenModel.Prompts; start += batch[s++].Length)
                if (tensors.Names.Contains($"padded_{side}.seq{s}.logits")) RequireLast(golden.LogitTolerance, tensors, $"padded_{side}.seq{s}.logits", logits.Rows(start, batch[s].Length));
        }
    }

    [Theory, MemberData(nameof(Setups))]
    public void Greedy_continuations_are_the_stored_ones(string name, string config, string engine)
    {
        var golden = GoldenModel.Open(name);
        using var tensors = golden.Tensors();
        var model = golden.Load(engine, config: config);
        var stored = golden.Facts.GetProperty("sequences");
        for (var s = 0; s < GoldenModel.Prompts; s++)
        {
            var ids = GoldenModel.Ids(tensors, s);
            var (whole, cached) = (Stored("greedy"), Stored("greedy_kv_cache"));
            var generated = stored[s].GetProperty("generate_same").GetBoolean() ? whole : cached;
            Assert.Equal(generated, Generator.Generate(model, ids, new() { MaxTokens = generated.Length, IgnoreEos = true }).Ids);

            int[] grown = ids;
            foreach (var id in whole)
            {
                Assert.Equal(id, Sampler.Likeliest(model.Run(TokenBatch.Of(grown), null, LogitRows.Last)!.To(DType.F64).Span<double>()));
                grown = [.. grown, id];
            }

            int[] Stored(string kind) => [.. stored[s].GetProperty(kind).EnumerateArray().Select(id => id.GetInt32())];
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void Sampling_probabilities_are_the_stored_ones(string name)
    {
        var golden = GoldenModel.Open(name);
        using var tensors = golden.Tensors();
        var stored = tensors.Read("seq1.logits");
        var logits = stored.Rows(stored.Shape[0] - 1, 1).To(DType.F64).Span<double>();
        var settings = golden.Facts.GetProperty("sampling").GetProperty("settings");
        Check("temperature", value => new() { Temperature = value }, logits);
        Check("top_k", value => new() { Temperature = 1, TopK = (int)value }, logits);
        Check("top_p", value => new() { Temperature = 1, TopP = value }, logits);

        void Check(string setting, Func<double, SamplingOptions> options, ReadOnlySpan<double> logits)
        {
            var expected = tensors.Read($"sampling.{setting}").Span<double>();
            var actual = Sampler.Probabilities(logits, options(settings.GetProperty(setting).GetProperty(setting).GetDouble()));
            for (var id = 0; id < expected.Length; id++)
            {
                Assert.Equal(expected[id], actual[id], ProbabilityTolerance);
                Assert.Equal(expected[id] == 0, actual[id] == 0);
            }
        }
    }

    [Theory, MemberData(nameof(Edited))]
    public void Edited_runs_give_the_stored_streams_and_logits(string name)
    {
        const string Hook = "blocks.1.hook_resid_post";
        var golden = GoldenModel.Open(name);
        using var tensors = golden.Tensors("interventions.safetensors");
        var (v, c) = (tensors.Read("v"), tensors.Read("c").Read(0));
        var ids = GoldenModel.Ids(tensors.Read("input_ids"));
        foreach (var engine in Engines.Names)
        {
            var model = golden.Load(engine);
            Check("add_all", VectorEdit.Add(Hook, EditPositions.All, v, c));
            Check("add_from_3", VectorEdit.Add(Hook, EditPositions.Parse("3.."), v, c));
            Check("zero_pos_2", VectorEdit.Ablate(Hook, EditPositions.At(2), null));
            Check("replace", VectorEdit.Set(Hook, EditPositions.All, tensors.Read("replacement"), 1));

            void Check(string kind, Edit edit)
            {
                var hooks = new EditPlan([edit], ids.Length).AddTo(new());
                foreach (var stored in tensors.Names.Where(tensor => tensor.StartsWith($"{kind}.blocks.", StringComparison.Ordinal)))
                    hooks.Read(stored[(kind.Length + 1)..], value => Runs.RequireWithin(StreamTolerance, tensors.Read(stored), value, stored));
                Runs.RequireWithin(golden.LogitTolerance, tensors.Read($"{kind}.logits"), model.Logits(hooks, ids), $"{kind}.logits");
            }
        }
    }

    /// <summary>The stored rows are all of them, or the last few.</summary>
    private static void RequireLast(double tolerance, SafetensorsFile tensors, string name, Tensor logits)
    {
        var expected = tensors.Read(name);
        var rows = expected.Rank == 1 ? 1 : expected.Shape[0];
        Runs.RequireWithin(tolerance, expected.Reshape(rows, expected.Columns).To(DType.F64), logits.Rows(logits.Shape[0] - rows, rows).To(DType.F64), name);
    }

    private static double Tolerance(string hook) =>
        hook is "hook_embed" or "hook_pos_embed" ? EmbeddingTolerance
        : hook.EndsWith("hook_pattern", StringComparison.Ordinal) || hook.EndsWith("expert_weights", StringComparison.Ordinal) ? PatternTolerance : StreamTolerance;
}
