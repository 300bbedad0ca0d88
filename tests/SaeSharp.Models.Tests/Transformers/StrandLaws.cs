using CsCheck;
using SaeSharp.Models.Generation;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>Several texts in one pass, texts that share their beginning, and many texts one after another: each is what it is alone.</summary>
public class StrandLaws
{
    public static TheoryData<string> Backends => [.. Engines.Names];

    [Theory, MemberData(nameof(Backends))]
    public void Sequences_that_go_on_together_have_the_bits_of_each_alone(string engine)
    {
        var model = new TinyLlama { Bias = true }.Load(engine);
        Runs.AnyBatch.Sample(batch =>
        {
            var states = batch.Select(_ => new DecodingState(model, 30)).ToArray();
            for (var s = 0; s < batch.Length; s++)
                if (s % 2 == 1) model.Run(TokenBatch.Of([7, 8, 9]), null, LogitRows.None, states[s]);
            var together = model.RunOn(TokenBatch.Of(batch), [.. states.Select(state => new Strand(state))], LogitRows.All)!;
            var start = 0;
            for (var s = 0; s < batch.Length; s++)
            {
                var before = s % 2 == 1 ? 3 : 0;
                var alone = model.Logits(null, before == 0 ? batch[s] : [7, 8, 9, .. batch[s]]);
                Runs.RequireSameBits(alone.Rows(before, batch[s].Length), together.Rows(start, batch[s].Length));
                Assert.Equal(before + batch[s].Length, states[s].Count);
                start += batch[s].Length;
            }
        }, iter: 20);
    }

    [Fact]
    public void Each_strand_has_hooks_of_its_own_and_they_see_its_rows_alone()
    {
        var model = new TinyLlama { Seed = 5 }.Load(Engines.Fast);
        int[] first = [3, 1, 4, 1, 5], second = [2, 7];
        var (seen, positions) = (new Dictionary<string, List<int>>(), new List<int[]>());
        var reads = new HookSet().Edit("hook_embed", (_, at) => positions.Add(at.ToArray()));
        foreach (var hook in model.HookNames)
        {
            seen[hook] = [];
            reads.Read(hook, value => seen[hook].Add(value.Shape[hook.EndsWith("pattern", StringComparison.Ordinal) ? 1 : 0]));
        }
        static HookSet Edit() => Change(1);

        var together = model.RunOn(TokenBatch.Of(first, second, first), [new(new(model, 9), Edit()), new(new(model, 9), reads), new(new(model, 9))], LogitRows.All)!;

        Runs.RequireSameBits(model.Logits(Edit(), first), together.Rows(0, 5));
        Runs.RequireSameBits(model.Logits(null, second), together.Rows(5, 2));
        Runs.RequireSameBits(model.Logits(null, first), together.Rows(7, 5));
        Assert.All(model.HookNames, hook => Assert.Equal([2], seen[hook]));
        Assert.Equal([[0, 1]], positions);
    }

    [Fact]
    public void A_failing_callback_leaves_every_state_as_it_was()
    {
        var model = new TinyLlama().Load(Engines.Fast);
        var (first, second) = (new DecodingState(model, 8), new DecodingState(model, 8));
        model.Run(TokenBatch.Of([1, 2, 3]), null, LogitRows.None, first);
        var failing = new HookSet().Read("blocks.1.hook_resid_pre", _ => throw new InvalidOperationException("stop"));
        Assert.Throws<InvalidOperationException>(() => model.RunOn(TokenBatch.Of([4], [5, 6]), [new(first), new(second, failing)], LogitRows.None));
        Assert.Equal((3, 0), (first.Count, second.Count));
        Runs.RequireSameBits(model.Logits(null, [1, 2, 3, 6]).Rows(3, 1), model.Run(TokenBatch.Of([6]), null, LogitRows.Last, first)!);
    }

    [Fact]
    public void Two_strands_of_one_state_are_refused()
    {
        var model = new TinyLlama().Load(Engines.Fast);
        var state = new DecodingState(model, 8);
        Assert.Throws<ArgumentException>(() => model.RunOn(TokenBatch.Of([4], [5]), [new(state), new(state)], LogitRows.None));
    }

    [Theory, MemberData(nameof(Backends))]
    public void A_fork_goes_its_own_way_from_any_position(string engine)
    {
        var model = new TinyLlama { Seed = 2 }.Load(engine);
        Gen.Select(Runs.AnySequence, Runs.AnySequence, Gen.Int[0, 20]).Sample((trunk, branch, at) =>
        {
            var (state, count) = (new DecodingState(model, 40), Math.Min(at, trunk.Length));
            model.Run(TokenBatch.Of(trunk), null, LogitRows.None, state);
            using var fork = state.Fork(count, 40);
            var onBranch = model.Run(TokenBatch.Of(branch), null, LogitRows.All, fork)!;
            Runs.RequireSameBits(model.Logits(null, [.. trunk[..count], .. branch]).Rows(count, branch.Length), onBranch);
            var onTrunk = model.Run(TokenBatch.Of([9]), null, LogitRows.Last, state)!;
            Runs.RequireSameBits(model.Logits(null, [.. trunk, 9]).Rows(trunk.Length, 1), onTrunk);
        }, iter: 20);
    }

    [Fact]
    public void Many_texts_at_once_are_what_each_is_alone()
    {
        var jobs = new List<GenerationJob>();
        var told = new List<int>[40];
        for (var i = 0; i < told.Length; i++)
        {
            var (index, random) = (i, new Random(i));
            told[i] = [];
            jobs.Add(new([.. Enumerable.Range(0, 1 + i % 7).Select(_ => random.Next(37))], new() { MaxTokens = i % 11, Seed = i, Temperature = i % 3, TopK = i % 4, IgnoreEos = i % 2 == 0 })
            {
                OnToken = id => told[index].Add(id),
                Hooks = i % 5 != 0 ? null : Change(i),
            });
        }
        var fresh = new TinyLlama { Seed = 11 };
        var alone = jobs.Select(job => Generator.Generate(fresh.Load(Engines.Fast), job.Prompt, job.Options, job.Hooks)).ToArray();
        foreach (var streams in new[] { 1, 3, 32 })
        {
            foreach (var list in told) list.Clear();
            var together = Generator.Generate(fresh.Load(Engines.Fast), jobs, streams);
            for (var i = 0; i < jobs.Count; i++)
            {
                Assert.Equal(alone[i].Ids, together[i].Ids);
                Assert.Equal(alone[i].StopReason, together[i].StopReason);
                Assert.Equal(alone[i].Ids, told[i]);
            }
        }
    }

    [Fact]
    public void A_prompt_that_begins_like_an_earlier_one_gives_the_text_it_gives_to_a_fresh_model()
    {
        var warm = new SamplingOptions { MaxTokens = 6, Temperature = 1, IgnoreEos = true };
        var shared = new TinyLlama { Seed = 11 }.Load(Engines.Fast);
        Gen.Select(Gen.Int[0, 3].Array[1, 12], Gen.Int[0, 99]).Sample((prompt, seed) =>
        {
            var fresh = new TinyLlama { Seed = 11 }.Load(Engines.Fast);
            Assert.Equal(Generator.Generate(fresh, prompt, warm with { Seed = seed }).Ids, Generator.Generate(shared, prompt, warm with { Seed = seed }).Ids);
        }, iter: 40, threads: 1);
    }

    [Fact]
    public void Prompts_are_remembered_up_to_a_number_and_hooked_ones_never()
    {
        var model = new TinyLlama().Load(Engines.Fast);
        Generator.Generate(model, [1, 2], new() { MaxTokens = 1 }, new HookSet());
        Assert.Equal(0, model.Prefixes.Count);
        for (var id = 0; id < 37; id++) Generator.Generate(model, [id, 1, 2], new() { MaxTokens = 1 });
        Assert.Equal(PrefixCache.MostPrompts, model.Prefixes.Count);
        Generator.Generate(model, [36, 1], new() { MaxTokens = 1 });
        Assert.Equal(PrefixCache.MostPrompts, model.Prefixes.Count);
    }

    [Fact]
    public void A_state_counts_the_bytes_of_its_pages_not_of_its_positions()
    {
        var model = new TinyLlama { Context = 200 }.Load(Engines.Fast);
        var page = 2L * model.Spec.Layers * model.Spec.Attention.DKey * KeyValueCache.PageSize * sizeof(float);
        using var state = new DecodingState(model, 200);
        Assert.Equal(0, state.Bytes);
        model.Run(TokenBatch.Of([1]), null, LogitRows.None, state);
        Assert.Equal(page, state.Bytes);
        model.Run(TokenBatch.Of([.. Enumerable.Repeat(2, KeyValueCache.PageSize)]), null, LogitRows.None, state);
        Assert.Equal(2 * page, state.Bytes);
    }

    /// <summary>Adds a number to one layer's output.</summary>
    private static HookSet Change(int amount) => new HookSet().Edit("blocks.0.hook_resid_post", (Tensor h) =>
    {
        for (var i = 0L; i < h.Count; i++) h.Write(i, h.Read(i) + amount);
    });
}
