using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>Laws that hold for every family, on random models of our own.</summary>
public class EveryFamilyLaws
{
    private static readonly int[][] Batch = [[3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5], [9, 8], [.. Enumerable.Range(1, 30)]];

    /// <summary>Families whose rows depend on how long their sequence is: a step by step run is another.</summary>
    private static readonly string[] DependOnLength = ["llama, dynamic", "phi3, longrope"];

    public static TheoryData<string, string> Setups
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var name in TinyConfigs.Names)
                foreach (var engine in new[] { Engines.Fast, "reference" }) data.Add(name, engine);
            return data;
        }
    }

    public static TheoryData<string> Names => [.. TinyConfigs.Names];

    [Fact]
    public void Every_family_is_tested_here() => Assert.Empty(TinyConfigs.Missing.Select(family => $"{family} has no config in {nameof(TinyConfigs)}: add one."));

    [Theory, MemberData(nameof(Setups))]
    public void A_batch_gives_each_sequence_the_bits_it_gets_alone(string name, string engine)
    {
        var model = new TinyModel(name).Load(engine);
        var together = model.Read(model.HookNames, LogitRows.All, Batch);
        for (var (s, start) = (0, 0); s < Batch.Length; start += Batch[s++].Length)
            foreach (var (hook, alone) in model.Read(model.HookNames, LogitRows.All, Batch[s]))
                Runs.RequireSameBits(alone[0], together[hook].Count == Batch.Length ? together[hook][s] : together[hook][0].Rows(start, Batch[s].Length), hook);
    }

    [Theory, MemberData(nameof(Setups))]
    public void Steps_with_a_cache_show_at_every_hook_the_bits_of_the_whole_run(string name, string engine)
    {
        var model = new TinyModel(name).Load(engine);
        var sequence = DependOnLength.Contains(name) ? Batch[2][..24] : Batch[2];
        var whole = model.Read(model.HookNames, LogitRows.All, sequence);
        var logits = model.Logits(null, sequence);
        var state = new DecodingState(model, sequence.Length);
        foreach (var chunk in (int[][])[sequence[..11], sequence[11..12], sequence[12..]])
        {
            var start = state.Count;
            var hooks = new HookSet();
            foreach (var hook in model.HookNames.Where(hook => !hook.EndsWith("pattern", StringComparison.Ordinal)))
                hooks.Read(hook, value => Runs.RequireSameBits(whole[hook][0].Rows(start, chunk.Length), value, hook));
            Runs.RequireSameBits(logits.Rows(start, chunk.Length), model.Run(TokenBatch.Of(chunk), hooks, LogitRows.All, state)!);
        }
    }

    [Theory, MemberData(nameof(Setups))]
    public void Looking_and_edits_that_change_nothing_leave_every_bit(string name, string engine)
    {
        var model = new TinyModel(name).Load(engine);
        var hooks = new HookSet();
        foreach (var hook in model.HookNames)
        {
            if (hook.EndsWith("pattern", StringComparison.Ordinal)) hooks.Read(hook, _ => { });
            else hooks.Edit(hook, (Tensor value) => model.Backend.Scale(value, 1, value));
        }
        Runs.RequireSameBits(model.Logits(null, Batch), model.Logits(hooks, Batch));
    }

    [Theory, MemberData(nameof(Setups))]
    public void An_edit_of_one_row_at_any_hook_changes_the_logits_from_there_on_alone(string name, string engine)
    {
        var model = new TinyModel(name).Load(engine);
        var sequence = Batch[0];
        var plain = model.Logits(null, sequence);
        foreach (var hook in model.HookNames.Where(hook => !hook.EndsWith("pattern", StringComparison.Ordinal) && !hook.EndsWith("indices", StringComparison.Ordinal)))
        {
            var edited = model.Logits(new HookSet().Edit(hook, (Tensor value) =>
            {
                var row = value.Rows(4, 1);
                var turned = hook.EndsWith("router_choice", StringComparison.Ordinal); // where only the order counts
                for (var i = 0L; i < row.Count; i++) row.Write(i, turned ? -row.Read(i) : row.Read(i) * 0.5 + (i % 3 - 1));
            }), sequence);
            Runs.RequireSameBits(plain.Rows(0, 4), edited.Rows(0, 4), hook);
            Assert.True(Runs.Difference(plain.Rows(4, 7), edited.Rows(4, 7)) > 1e-4, hook);
        }
    }

    [Theory, MemberData(nameof(Setups))]
    public void Stopping_after_any_hook_shows_what_the_whole_run_shows_there(string name, string engine)
    {
        var model = new TinyModel(name).Load(engine);
        var whole = model.Read(model.HookNames, LogitRows.All, Batch);
        foreach (var hook in model.HookNames)
        {
            var alone = model.Read([hook], LogitRows.None, Batch)[hook];
            Assert.Equal(whole[hook].Count, alone.Count);
            for (var i = 0; i < alone.Count; i++) Runs.RequireSameBits(whole[hook][i], alone[i], hook);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void F32_is_near_f64(string name)
    {
        var exact = new TinyModel(name).Load("reference", DType.F64).Logits(null, Batch);
        foreach (var engine in Engines.Names) Runs.RequireWithin(5e-5, exact, new TinyModel(name).Load(engine).Logits(null, Batch).To(DType.F64), engine);
    }

    [Theory, MemberData(nameof(Setups))]
    public void The_heads_results_and_the_bias_are_the_output_of_attention(string name, string engine)
    {
        var model = new TinyModel(name).Load(engine);
        foreach (var result in model.HookNames.Where(hook => hook.EndsWith("hook_result", StringComparison.Ordinal)))
        {
            var block = result[..result.IndexOf(".attn", StringComparison.Ordinal)];
            var output = model.HookNames.Contains($"{block}.hook_attn_out_raw") ? $"{block}.hook_attn_out_raw" : $"{block}.hook_attn_out";
            var plain = model.Read([result, output], LogitRows.None, Batch[0]);
            var (heads, d) = (plain[result][0].Shape[1], plain[result][0].Columns);
            Tensor? bias = null;                                                    // [rows, dModel]: what is left without any head
            model.Run(TokenBatch.Of(Batch[0]), new HookSet().Edit(result, (Tensor value) => value.Clear()).Read(output, value => bias = value.Clone()), LogitRows.None);
            for (var row = 0; row < Batch[0].Length; row++)
                for (var i = 0; i < d; i++)
                {
                    var sum = bias!.Row<float>(row)[i] + Enumerable.Range(0, heads).Sum(head => plain[result][0].Row<float>(row * heads + head)[i]);
                    Assert.Equal(plain[output][0].Row<float>(row)[i], sum, 1e-5);
                }
            Assert.Equal(bias!.Row<float>(0).ToArray(), bias.Row<float>(1).ToArray());
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void A_norms_raw_value_has_unit_size_and_is_its_output_but_for_gain_and_bias(string name)
    {
        var model = new TinyModel(name).Load(Engines.Fast);
        foreach (var hook in model.HookNames.Where(hook => hook.EndsWith("hook_normalized", StringComparison.Ordinal)))
        {
            var values = model.Read([hook, $"{hook}_raw"], LogitRows.None, Batch[2]);
            var (output, raw) = (values[hook][0], values[$"{hook}_raw"][0]);
            for (var row = 0; row < raw.RowCount; row++) Assert.Equal(1, raw.Row<float>(row).ToArray().Average(value => (double)value * value), 0.1); // less by ε
            for (var i = 0; i < raw.Columns; i++)
            {
                // output = gain·raw + bias with one gain and bias for all rows: two rows give them, the others must agree
                var (x0, x1, y0, y1) = (raw.Row<float>(0)[i], raw.Row<float>(1)[i], output.Row<float>(0)[i], output.Row<float>(1)[i]);
                var gain = (y1 - y0) / (double)(x1 - x0);
                if (Math.Abs(x1 - x0) < 0.1) continue;
                for (var row = 2; row < raw.RowCount; row++) Assert.Equal(y0 + gain * (raw.Row<float>(row)[i] - x0), output.Row<float>(row)[i], 1e-4);
            }
        }
    }

    [Theory, MemberData(nameof(Setups))]
    public void Running_on_from_a_block_gives_the_bits_of_the_whole_run(string name, string engine)
    {
        var model = new TinyModel(name).Load(engine);
        var stream = model.Read(["blocks.1.hook_resid_pre"], LogitRows.None, Batch)["blocks.1.hook_resid_pre"][0];
        Runs.RequireSameBits(model.Logits(null, Batch), model.RunFrom(TokenBatch.Of(Batch), 1, stream, LogitRows.All)!);
    }

    [Theory, MemberData(nameof(Names))]
    public void The_effect_of_a_direction_on_the_logits_is_linear(string name)
    {
        var model = new TinyModel(name).Load(Engines.Fast);
        var random = new Random(5);
        var v = Tensor.Zeros(DType.F32, 3, model.Spec.DModel);                      // a, b, a − 2b
        for (var i = 0; i < v.Columns; i++)
        {
            (v.Row<float>(0)[i], v.Row<float>(1)[i]) = (random.NextSingle() - 0.5f, random.NextSingle() - 0.5f);
            v.Row<float>(2)[i] = v.Row<float>(0)[i] - 2 * v.Row<float>(1)[i];
        }
        var effects = model.LogitEffectsOf(v, throughFinalNorm: false);             // [3, dVocab]
        for (var id = 0; id < effects.Columns; id++) Assert.Equal(effects.Row<float>(0)[id] - 2 * effects.Row<float>(1)[id], effects.Row<float>(2)[id], 1e-5);

        if (!model.HookNames.Contains("ln_final.hook_normalized")) return;
        var (once, far) = (model.LogitEffectsOf(v, throughFinalNorm: true), v.Clone());
        model.Backend.Scale(far, -1e3, far);
        var turned = model.LogitEffectsOf(far, throughFinalNorm: true);           // a norm forgets length, not direction; of −a no bias is left
        var size = once.Span<float>().ToArray().Max(Math.Abs);
        for (var i = 0L; i < once.Count; i++) Assert.Equal(-once.Read(i) / size, turned.Read(i) / size, 0.02); // ε is what differs
    }

    [Theory, MemberData(nameof(Names))]
    public void A_missing_tensor_and_one_too_many_are_errors_that_name_the_nearest(string name)
    {
        string[] tensors = [];
        using var folder = new TemporaryFolder();
        new TinyModel(name).Write(folder.Path, all => tensors = [.. all.Keys.Order(StringComparer.Ordinal)]);
        var last = tensors.Last(tensor => Array.Find(tensor.Split('.'), part => char.IsAsciiDigit(part[0])) == "1"); // of layer 1
        var misspelt = Refusal(all => { all[$"{last}x"] = all[last]; all.Remove(last); });
        Assert.Contains($"has no tensor '{last}', expected as blocks.1.", misspelt.Message, StringComparison.Ordinal);
        Assert.Contains($"'{last}x'", misspelt.Hint, StringComparison.Ordinal);
        var extra = Refusal(all => all[$"{last}x"] = all[last]);
        Assert.Contains($"has a tensor '{last}x' that this family has no use for", extra.Message, StringComparison.Ordinal);
        Assert.Contains($"'{last}'", extra.Hint, StringComparison.Ordinal);
        foreach (var tensor in tensors)
        {
            var cut = Refusal(all => all[tensor] = all[tensor].Rows(0, all[tensor].Shape[0] - 1));
            Assert.Contains($"'{tensor}' is [", cut.Message, StringComparison.Ordinal);
        }

        ModelException Refusal(Action<Dictionary<string, Tensor>> change)
        {
            new TinyModel(name).Write(folder.Path, change);
            return Assert.Throws<ModelException>(() => Transformer.Load(folder.Path, Engines.Get(Engines.Fast)));
        }
    }
}
