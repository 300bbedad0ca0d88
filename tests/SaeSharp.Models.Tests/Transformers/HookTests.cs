using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>What callbacks at hooks see and can do.</summary>
public class HookTests
{
    private static readonly int[] Sequence = [3, 1, 4, 1, 5];

    public static TheoryData<string> Backends => [.. Engines.Names];

    [Theory, MemberData(nameof(Backends))]
    public void An_edit_at_any_hook_changes_the_logits(string engine)
    {
        var model = new TinyLlama().Load(engine);
        var plain = model.Logits(null, Sequence);
        foreach (var hook in model.HookNames)
        {
            var edited = model.Logits(new HookSet().Edit(hook, value => model.Backend.Scale(value, 0.5, value)), Sequence);
            Assert.True(Runs.Difference(plain, edited) > 1e-4, hook);
        }
    }

    [Theory, MemberData(nameof(Backends))]
    public void An_edit_that_changes_nothing_changes_no_logit(string engine)
    {
        var model = new TinyLlama().Load(engine);
        var hooks = new HookSet();
        foreach (var hook in model.HookNames)
            hooks.Edit(hook, value => model.Backend.Add(value, Tensor.Zeros(value.DType, value.Shape), value));
        Runs.RequireSameBits(model.Logits(null, Sequence), model.Logits(hooks, Sequence));
    }

    [Theory, MemberData(nameof(Backends))]
    public void Mixing_by_an_edited_pattern_is_attention_where_the_edit_does_next_to_nothing(string engine)
    {
        var model = new TinyLlama().Load(engine);
        int[][] batch = [Sequence, [9, 8]];
        var hooks = new HookSet().Edit("blocks.0.attn.hook_pattern", pattern =>
        {
            for (var row = 0; row < pattern.RowCount; row++) pattern.Row<float>(row)[0] = MathF.BitIncrement(pattern.Row<float>(row)[0]);
        });
        Runs.RequireWithin(1e-5, model.Logits(null, batch), model.Logits(hooks, batch), "logits");
    }

    [Theory, MemberData(nameof(Backends))]
    public void Queries_whose_pattern_no_edit_changes_keep_their_bits(string engine)
    {
        var model = new TinyLlama().Load(engine);
        const int last = 3;
        var hooks = new HookSet().Edit("blocks.1.attn.hook_pattern", pattern =>
        {
            for (var head = 0; head < pattern.Shape[0]; head++) pattern.Write(((long)head * pattern.Shape[1] + last) * pattern.Columns, 1);
        });
        var (before, after) = (model.Logits(null, [3, 1, 4, 1]), model.Logits(hooks, [3, 1, 4, 1]));
        Runs.RequireSameBits(before.Rows(0, last), after.Rows(0, last));
        Assert.NotEqual(before.Row<float>(last).ToArray(), after.Row<float>(last).ToArray());
    }

    [Theory, MemberData(nameof(Backends))]
    public void A_pattern_edited_to_look_at_one_key_moves_that_value(string engine)
    {
        var model = new TinyLlama().Load(engine);
        var keys = new HookSet().Edit("blocks.1.attn.hook_pattern", pattern =>
        {
            pattern.Clear();
            for (var row = 0; row < pattern.RowCount; row++) pattern.Write((long)row * pattern.Columns, 1);
        });
        Tensor? v = null, z = null;
        keys.Read("blocks.1.attn.hook_v", value => v = value.Clone()).Read("blocks.1.attn.hook_z", value => z = value.Clone());
        model.Logits(keys, Sequence);
        for (var row = 0; row < Sequence.Length; row++)
            for (var head = 0; head < 4; head++)
                Assert.Equal(v!.Row<float>(head / 2).ToArray(), z!.Row<float>(row * 4 + head).ToArray());
    }

    [Fact]
    public void Edits_run_in_order_and_before_reads()
    {
        var model = new TinyLlama().Load(Engines.Fast);
        var seen = new List<float>();
        var hooks = new HookSet()
            .Read("hook_embed", value => seen.Add(value.Row<float>(0)[0]))
            .Edit("hook_embed", value => value.Row<float>(0)[0] = 1)
            .Edit("hook_embed", value => value.Row<float>(0)[0] += 2);
        model.Run(TokenBatch.Of(Sequence), hooks, LogitRows.None);
        Assert.Equal([3f], seen);
    }

    [Fact]
    public void An_edit_knows_where_its_rows_stand()
    {
        var model = new TinyLlama().Load(Engines.Fast);
        var seen = new List<int[]>();
        var hooks = new HookSet().Edit("hook_embed", (_, positions) => seen.Add(positions.ToArray()));
        model.Run(TokenBatch.Of([1, 2], [3, 4, 5]), hooks, LogitRows.None);
        var state = new DecodingState(model, 10);
        model.Run(TokenBatch.Of([1, 2, 3]), hooks, LogitRows.None, state);
        model.Run(TokenBatch.Of([4, 5]), hooks, LogitRows.None, state);
        Assert.Equal([[0, 1, 0, 1, 2], [0, 1, 2], [3, 4]], seen);
    }

    [Fact]
    public void Every_hook_has_the_width_it_shows()
    {
        var model = new TinyLlama { Bias = true }.Load(Engines.Fast);
        var values = model.Read(model.HookNames, LogitRows.None, Sequence);
        Assert.All(values, row =>
        {
            if (row.Key.EndsWith("pattern", StringComparison.Ordinal)) Assert.Equal([4, 5, 5], row.Value[0].Shape.ToArray());
            else Assert.Equal(Sequence.Length * model.HookWidth(row.Key), row.Value[0].Count);
        });
        Assert.Throws<ModelException>(() => model.HookWidth("blocks.0.attn.hook_pattern"));
    }

    [Fact]
    public void A_run_reaches_no_layer_beyond_its_last_hook()
    {
        var model = new TinyLlama { Layers = 3 }.Load(Engines.Fast);
        Assert.Equal(0, Reached("blocks.0.ln1.hook_normalized"));
        Assert.Equal(1, Reached("blocks.0.hook_attn_out"));
        Assert.Equal(1, Reached("blocks.1.hook_resid_pre"));
        Assert.Equal(2, Reached("blocks.1.hook_resid_post"));
        model.Run(TokenBatch.Of(Sequence), null, LogitRows.None);
        Assert.Equal(2, model.PackedLayers);
        model.Run(TokenBatch.Of(Sequence), null, LogitRows.Last);
        Assert.Equal(3, model.PackedLayers);

        int Reached(string hook)
        {
            model.Read([hook], LogitRows.None, Sequence);
            return model.PackedLayers;
        }
    }

    [Fact]
    public void A_failing_callback_leaves_the_decoding_state_as_it_was()
    {
        var model = new TinyLlama().Load(Engines.Fast);
        var state = new DecodingState(model, 8);
        model.Run(TokenBatch.Of(Sequence), null, LogitRows.None, state);
        var failing = new HookSet().Read("blocks.1.hook_resid_pre", _ => throw new InvalidOperationException("stop"));
        Assert.Throws<InvalidOperationException>(() => model.Run(TokenBatch.Of([9, 2]), failing, LogitRows.None, state));

        Assert.Equal(5, state.Count);
        Runs.RequireSameBits(model.Logits(null, [.. Sequence, 6]).Rows(5, 1), model.Run(TokenBatch.Of([6]), null, LogitRows.Last, state)!);
    }

    [Fact]
    public void Batches_of_the_same_size_take_no_new_native_memory()
    {
        var model = new TinyLlama { DModel = 64, DMlp = 256 }.Load(Engines.Fast);
        var addresses = new HashSet<nint>();
        var hooks = new HookSet().Read("blocks.1.hook_resid_post", value => { unsafe { addresses.Add((nint)value.Pointer<float>()); } });
        for (var rows = 30; rows > 20; rows--) model.Run(TokenBatch.Of(new int[rows]), hooks, LogitRows.None);
        Assert.Single(addresses);
    }
}
