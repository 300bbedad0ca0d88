using SaeSharp.Models.Generation;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>Rotary positions whose frequencies depend on how long the sequence is.</summary>
public class LongSequences
{
    private static readonly int[] Sequence = [.. Enumerable.Range(1, 30)];

    [Fact]
    public void Longrope_does_not_go_on_with_keys_of_a_short_sequence()
    {
        var model = new TinyModel("phi3, longrope").Load(Engines.Fast);             // trained for 24 positions
        var state = new DecodingState(model, 30);
        model.Run(TokenBatch.Of(Sequence[..24]), null, LogitRows.None, state);
        var error = Assert.Throws<ModelException>(() => model.Run(TokenBatch.Of(Sequence[24..25]), null, LogitRows.Last, state));
        Assert.Contains("24 positions", error.Message, StringComparison.Ordinal);
        Assert.Equal(24, state.Count);

        var whole = new DecodingState(model, 30);
        model.Run(TokenBatch.Of(Sequence[..25]), null, LogitRows.None, whole);
        Runs.RequireSameBits(model.Logits(null, Sequence[..26]).Rows(25, 1), model.Run(TokenBatch.Of(Sequence[25..26]), null, LogitRows.Last, whole)!);
    }

    [Fact]
    public void Generation_across_that_length_is_what_running_all_anew_gives()
    {
        var model = new TinyModel("phi3, longrope").Load(Engines.Fast);
        int[] grown = Sequence[..20];
        for (var i = 0; i < 10; i++) grown = [.. grown, Sampler.Likeliest(model.Run(TokenBatch.Of(grown), null, LogitRows.Last)!.To(DType.F64).Span<double>())];
        Assert.Equal(grown[20..], Generator.Generate(model, Sequence.AsSpan(0, 20), new() { MaxTokens = 10, IgnoreEos = true }).Ids);
    }

    [Theory, InlineData("phi3, longrope"), InlineData("llama, dynamic")]
    public void The_first_rows_change_once_the_sequence_is_longer_than_trained_and_not_before(string name)
    {
        var model = new TinyModel(name).Load(Engines.Fast);
        var shorter = model.Logits(null, Sequence[..20]);
        Runs.RequireSameBits(shorter, model.Logits(null, Sequence[..24]).Rows(0, 20));
        Assert.True(Runs.Difference(shorter, model.Logits(null, Sequence[..25]).Rows(0, 20)) > 1e-3);
    }

    [Fact]
    public void Dynamic_scaling_rotates_each_new_key_by_the_length_at_its_step()
    {
        var model = new TinyModel("llama, dynamic").Load(Engines.Fast);
        var state = new DecodingState(model, 30);
        model.Run(TokenBatch.Of(Sequence[..25]), null, LogitRows.None, state);
        Tensor? rotated = null;
        model.Run(TokenBatch.Of(Sequence[25..26]), new HookSet().Read("blocks.0.attn.hook_rot_k", value => rotated = value.Clone()), LogitRows.None, state);
        var whole = model.Read(["blocks.0.attn.hook_rot_k"], LogitRows.None, Sequence[..26])["blocks.0.attn.hook_rot_k"][0];
        Runs.RequireSameBits(whole.Rows(25, 1), rotated!);                          // the new key as in the whole run; those before keep their rotation
        Assert.True(Runs.Difference(model.Logits(null, Sequence[..27]).Rows(26, 1), model.Run(TokenBatch.Of(Sequence[26..27]), null, LogitRows.Last, state)!) > 1e-5);
    }
}
