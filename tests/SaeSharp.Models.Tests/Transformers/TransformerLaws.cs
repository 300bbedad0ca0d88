using CsCheck;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>Laws that hold for any weights, on every backend.</summary>
public class TransformerLaws
{
    public static TheoryData<string> Backends => [.. Engines.Names];

    [Theory, MemberData(nameof(Backends))]
    public void A_batch_gives_each_sequence_the_bits_it_gets_alone(string engine)
    {
        var model = new TinyLlama { Bias = true }.Load(engine);
        Runs.AnyBatch.Sample(batch =>
        {
            var together = model.Logits(null, batch);
            var last = model.Run(TokenBatch.Of(batch), null, LogitRows.Last)!;
            var start = 0;
            for (var s = 0; s < batch.Length; s++)
            {
                var alone = model.Logits(null, batch[s]);
                Runs.RequireSameBits(alone, together.Rows(start, batch[s].Length));
                Runs.RequireSameBits(alone.Rows(batch[s].Length - 1, 1), last.Rows(s, 1));
                start += batch[s].Length;
            }
        }, iter: 20);
    }

    [Theory, MemberData(nameof(Backends))]
    public void Running_on_from_a_block_gives_the_bits_of_a_run_with_that_stream_spliced_in(string engine)
    {
        var model = new TinyLlama { Bias = true }.Load(engine);
        Gen.Select(Runs.AnyBatch, Gen.Int[0, model.Spec.Layers]).Sample((sequences, block) =>
        {
            var hook = block == 0 ? "blocks.0.hook_resid_pre" : $"blocks.{block - 1}.hook_resid_post";
            var batch = TokenBatch.Of(sequences);
            Tensor stream = null!;
            var spliced = model.Run(batch, new HookSet().Edit(hook, (Tensor h) =>
            {
                for (var i = 0L; i < h.Count; i++) h.Write(i, h.Read(i) * 0.5 + i % 3);
                stream = h.Clone();                                         // [rows, dModel]
            }), LogitRows.All)!;
            Runs.RequireSameBits(spliced, model.RunFrom(batch, block, stream, LogitRows.All)!);
        }, iter: 20);
    }

    [Theory, MemberData(nameof(Backends))]
    public void Steps_with_a_cache_give_the_bits_of_the_whole_run(string engine)
    {
        var model = new TinyLlama().Load(engine);
        Gen.Select(Runs.AnySequence, Gen.Int[1, 7]).Sample((sequence, step) =>
        {
            var whole = model.Logits(null, sequence);
            var state = new DecodingState(model, sequence.Length);
            foreach (var chunk in sequence.Chunk(step))
            {
                var start = state.Count;
                Runs.RequireSameBits(whole.Rows(start, chunk.Length), model.Run(TokenBatch.Of(chunk), null, LogitRows.All, state)!);
            }
        }, iter: 20);
    }

    [Theory, MemberData(nameof(Backends))]
    public void Every_hook_of_a_cached_run_sees_what_the_whole_run_shows(string engine)
    {
        var model = new TinyLlama { Seed = 3 }.Load(engine);
        int[] sequence = [3, 1, 4, 1, 5, 9, 2, 6];
        var whole = model.Read(model.HookNames, LogitRows.None, sequence);
        var state = new DecodingState(model, sequence.Length);
        model.Run(TokenBatch.Of(sequence[..5]), null, LogitRows.None, state);

        var hooks = new HookSet();
        foreach (var hook in model.HookNames)
        {
            hooks.Read(hook, value =>
            {
                if (hook.EndsWith("pattern", StringComparison.Ordinal))
                    for (var head = 0; head < 4; head++) Runs.RequireSameBits(whole[hook][0].Rows(head, 1).Reshape(8, 8).Rows(5, 3), value.Rows(head, 1).Reshape(3, 8), hook);
                else Runs.RequireSameBits(whole[hook][0].Rows(5, 3), value, hook);
            });
        }
        model.Run(TokenBatch.Of(sequence[5..]), hooks, LogitRows.None, state);
        Assert.Equal(8, state.Count);
    }

    [Theory, MemberData(nameof(Backends))]
    public void Reading_every_hook_leaves_the_logits_as_they_are(string engine)
    {
        var model = new TinyLlama { Tied = true }.Load(engine);
        Runs.AnyBatch.Sample(batch =>
        {
            var hooks = new HookSet();
            foreach (var hook in model.HookNames) hooks.Read(hook, _ => { });
            Runs.RequireSameBits(model.Logits(null, batch), model.Logits(hooks, batch));
        }, iter: 10);
    }

    [Theory, MemberData(nameof(Backends))]
    public void Stopping_after_any_hook_shows_what_the_whole_run_shows_there(string engine)
    {
        var model = new TinyLlama { Layers = 3 }.Load(engine);
        int[][] batch = [[1, 2, 3], [4, 5, 6, 7, 8]];
        var whole = model.Read(model.HookNames, LogitRows.All, batch);
        foreach (var hook in model.HookNames)
        {
            var alone = model.Read([hook], LogitRows.None, batch)[hook];
            Assert.Equal(whole[hook].Count, alone.Count);
            for (var i = 0; i < alone.Count; i++) Runs.RequireSameBits(whole[hook][i], alone[i], hook);
        }
    }

    [Theory, MemberData(nameof(Backends))]
    public void A_block_adds_what_its_two_halves_say(string engine)
    {
        var model = new TinyLlama().Load(engine);
        Runs.AnyBatch.Sample(batch =>
        {
            var values = model.Read(model.HookNames, LogitRows.None, batch);
            for (var layer = 0; layer < 2; layer++)
            {
                var sum = values[$"blocks.{layer}.hook_resid_pre"][0].Clone();
                foreach (var part in new[] { "hook_attn_out", "hook_mlp_out" })
                    model.Backend.Add(sum, values[$"blocks.{layer}.{part}"][0], sum);
                Runs.RequireSameBits(sum, values[$"blocks.{layer}.hook_resid_post"][0]);
            }
            Runs.RequireSameBits(values["blocks.0.hook_resid_post"][0], values["blocks.1.hook_resid_pre"][0]);
            Runs.RequireSameBits(values["hook_embed"][0], values["blocks.0.hook_resid_pre"][0]);
        }, iter: 10);
    }

    [Theory, MemberData(nameof(Backends))]
    public void Logits_of_the_last_stream_are_the_logits_of_the_run(string engine)
    {
        var model = new TinyLlama().Load(engine);
        int[] sequence = [7, 8, 9];
        var values = model.Read(["blocks.1.hook_resid_post", "ln_final.hook_normalized"], LogitRows.None, sequence);
        var logits = model.Logits(null, sequence);
        Runs.RequireSameBits(logits, model.LogitsOf(values["blocks.1.hook_resid_post"][0], throughFinalNorm: true));
        Runs.RequireSameBits(logits, model.LogitsOf(values["ln_final.hook_normalized"][0], throughFinalNorm: false));
    }

    [Theory, MemberData(nameof(Backends))]
    public void Runs_on_several_threads_give_the_bits_of_one(string engine)
    {
        var model = new TinyLlama().Load(engine);
        var batches = Enumerable.Range(0, 12).Select(i => Enumerable.Range(i, 1 + i).ToArray()).ToArray();
        var alone = batches.Select(batch => new TinyLlama().Load(engine).Logits(null, batch)).ToArray();
        Parallel.For(0, batches.Length, new() { MaxDegreeOfParallelism = 4 }, i => Runs.RequireSameBits(alone[i], model.Logits(null, batches[i])));
    }

    [Theory, MemberData(nameof(Backends))]
    public void Weights_stored_in_16_bits_give_the_bits_of_the_same_numbers_in_32(string engine)
    {
        foreach (var type in new[] { DType.BF16, DType.F16 })
        {
            var narrow = Load(tensors => tensors.ToDictionary(row => row.Key, row => row.Value.To(type)));
            var wide = Load(tensors => tensors.ToDictionary(row => row.Key, row => row.Value.To(type).To(DType.F32)));
            Assert.Equal(wide.WeightBytes, 2 * narrow.WeightBytes);
            Runs.RequireSameBits(wide.Logits(null, [1, 2, 3]), narrow.Logits(null, [1, 2, 3]));
        }

        Transformer Load(Func<Dictionary<string, Tensor>, Dictionary<string, Tensor>> change)
        {
            using var folder = new TemporaryFolder();
            new TinyLlama { Bias = true }.Write(folder.Path, change);
            return Transformer.Load(folder.Path, Engines.Get(engine));
        }
    }

    [Fact]
    public void F32_is_near_f64()
    {
        int[][] batch = [[1, 2, 3], [30, 20, 10, 0]];
        var exact = new TinyLlama { Bias = true }.Load("reference", DType.F64).Logits(null, batch);
        foreach (var engine in Engines.Names)
            Runs.RequireWithin(1e-5, exact, new TinyLlama { Bias = true }.Load(engine).Logits(null, batch).To(DType.F64), engine);
    }
}
