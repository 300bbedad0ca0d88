using SaeSharp.Models.Generation;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>When generation goes on, when it stops, and that it repeats itself.</summary>
public class GeneratorTests
{
    private static readonly int[] Prompt = [3, 1, 4];
    private static readonly Transformer Model = new TinyLlama { Seed = 11 }.Load(Engines.Fast);
    private static readonly SamplingOptions Warm = new() { MaxTokens = 20, Temperature = 1.5, IgnoreEos = true };

    [Fact]
    public void The_same_seed_gives_the_same_text_and_another_seed_another()
    {
        var first = Generator.Generate(Model, Prompt, Warm).Ids;
        Assert.Equal(first, Generator.Generate(Model, Prompt, Warm).Ids);
        Assert.NotEqual(first, Generator.Generate(Model, Prompt, Warm with { Seed = 1 }).Ids);
    }

    [Fact]
    public void Every_backend_thread_count_gives_the_same_text() =>
        Assert.Equal(Generator.Generate(new TinyLlama().Load("cpu, 1 thread"), Prompt, Warm).Ids, Generator.Generate(new TinyLlama().Load("cpu, 2 threads"), Prompt, Warm).Ids);

    [Fact]
    public void It_stops_at_the_end_of_text_unless_told_otherwise()
    {
        var free = Generator.Generate(Model, Prompt, Warm).Ids;
        var end = free[6];
        var first = Array.FindIndex(free, id => id == end || Model.Spec.EosIds.Contains(id));
        var stopped = Generator.Generate(Model, Prompt, Warm with { IgnoreEos = false }, eosId: end);
        Assert.Equal(free[..(first + 1)], stopped.Ids);
        Assert.Equal(StopReason.EndOfText, stopped.StopReason);
        Assert.Equal(20, free.Length);
    }

    [Fact]
    public void A_bad_prompt_is_refused_before_any_text_is_begun()
    {
        foreach (var bad in new int[][] { [], [.. Enumerable.Repeat(1, Model.Spec.Context + 1)], [1, Model.Spec.DVocab] })
        {
            var written = 0;
            GenerationJob[] jobs = [new(Prompt, Warm) { OnToken = _ => written++ }, new(bad, Warm)];
            Assert.ThrowsAny<SaeSharpException>(() => Generator.Generate(Model, jobs, streams: 1));
            Assert.Equal(0, written);
        }
    }

    [Fact]
    public void It_stops_where_the_context_is_full()
    {
        var result = Generator.Generate(Model, new int[30], Warm);
        Assert.Equal(StopReason.ContextFull, result.StopReason);
        Assert.Equal(11, result.Ids.Length);
    }

    [Fact]
    public void It_stops_at_the_end_of_text_that_the_config_names()
    {
        int[] endless = [.. Enumerable.Range(0, 400).Select(seed => Generator.Generate(Model, Prompt, Warm with { Seed = seed, MaxTokens = 1 }).Ids[0])];
        var seed = Array.IndexOf(endless, Model.Spec.EosIds.Single());
        Assert.True(seed >= 0, "no seed draws the end of text");
        Assert.Single(Generator.Generate(Model, Prompt, Warm with { Seed = seed, IgnoreEos = false }).Ids);
    }

    [Fact]
    public void No_tokens_are_generated_where_none_are_asked() => Assert.Empty(Generator.Generate(Model, Prompt, new() { MaxTokens = 0 }).Ids);

    [Fact]
    public void Each_token_is_told_when_it_is_chosen_and_cancelling_ends_it()
    {
        var told = new List<int>();
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Generator.Generate(Model, Prompt, Warm, onToken: id =>
        {
            told.Add(id);
            if (told.Count == 5) cancel.Cancel();
        }, cancel: cancel.Token));
        Assert.Equal(Generator.Generate(Model, Prompt, Warm).Ids[..5], told);
    }

    [Fact]
    public void Hooks_see_the_prompt_at_once_and_then_each_token()
    {
        var rows = new List<int>();
        Generator.Generate(Model, Prompt, Warm with { MaxTokens = 4 }, new HookSet().Read("hook_embed", value => rows.Add(value.Shape[0])));
        Assert.Equal([3, 1, 1, 1], rows);
    }

    [Fact]
    public void Prompts_that_cannot_be_continued_are_refused()
    {
        Assert.Throws<OptionException>(() => Generator.Generate(Model, [], Warm));
        Assert.Contains("37", Assert.Throws<OptionException>(() => Generator.Generate(Model, [37], Warm)).Message, StringComparison.Ordinal);
        Assert.Contains("context of 40", Assert.Throws<ModelException>(() => Generator.Generate(Model, new int[41], Warm)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Logits_that_are_not_numbers_are_reported()
    {
        var hooks = new HookSet().Edit("blocks.1.hook_resid_post", value => value.Span<float>().Fill(float.NaN));
        Assert.Contains("NaN", Assert.Throws<ModelException>(() => Generator.Generate(Model, Prompt, Warm, hooks)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        Assert.Throws<OptionException>(() => new SamplingOptions { Temperature = -1 });
        Assert.Throws<OptionException>(() => new SamplingOptions { Temperature = double.NaN });
        Assert.Throws<OptionException>(() => new SamplingOptions { TopK = -1 });
        Assert.Throws<OptionException>(() => new SamplingOptions { TopP = 1.5 });
        Assert.Throws<OptionException>(() => new SamplingOptions { MaxTokens = -1 });
    }
}
