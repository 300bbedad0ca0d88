using SaeSharp.Models.Generation;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>States of linear attention: what they hold, and that they never serve where they do not belong.</summary>
public class LinearAttentionTests
{
    private const double StateTolerance = 1e-4;
    private static readonly int[] Sequence = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];

    public static TheoryData<string> Golden => SharedFiles.Present ? [.. GoldenModel.Names.Select(row => row.Data).Where(name => new GoldenModel(name).LogitTolerance > 1e-4)] : [""];

    /// <summary>Text models in the layout of image-and-text checkpoints.</summary>
    public static TheoryData<string> Wrapped => SharedFiles.Present
        ? [.. Directory.EnumerateDirectories(SharedFiles.At("golden", "models-more"), "*_wrapped").Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)]
        : [""];

    public static TheoryData<string> Tiny => [.. TinyConfigs.Names.Where(name => TinyConfigs.Text(name).Contains("linear_num_key_heads", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Golden))]
    public void States_after_a_prompt_are_the_stored_ones_however_it_is_cut(string name)
    {
        var golden = GoldenModel.Open(name);
        using var tensors = golden.Tensors();
        var compared = 0;
        foreach (var engine in Engines.Names)
        {
            var model = golden.Load(engine);
            for (var s = 0; s < GoldenModel.Prompts; s++)
            {
                string[] stored = [.. tensors.Names.Where(tensor => tensor.StartsWith($"seq{s}.", StringComparison.Ordinal) && tensor.EndsWith("conv_state", StringComparison.Ordinal))];
                var ids = GoldenModel.Ids(tensors, s);
                foreach (var cut in new[] { ids.Length, ids.Length / 2, 1 })
                {
                    var state = new DecodingState(model, ids.Length);
                    foreach (var chunk in ids.Chunk(cut)) model.Run(TokenBatch.Of(chunk), null, LogitRows.None, state);
                    foreach (var tensor in stored)
                    {
                        var (inputs, matrices) = ((RecurrentMemory)state.Layer(int.Parse(tensor.Split('.')[2], System.Globalization.CultureInfo.InvariantCulture))).Begin();
                        Runs.RequireWithin(StateTolerance, tensors.Read(tensor), Turned(inputs), tensor);
                        Runs.RequireWithin(StateTolerance, tensors.Read(tensor.Replace("conv_state", "recurrent_state", StringComparison.Ordinal)), matrices, tensor);
                        compared++;
                    }
                }
            }
        }
        Assert.NotEqual(0, compared);
    }

    [Theory, MemberData(nameof(Wrapped))]
    public void A_text_model_inside_another_gives_the_stored_logits(string name)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var golden = new GoldenModel($"models-more/{name}");
        using var tensors = golden.Tensors();
        foreach (var engine in Engines.Names)
        {
            var logits = golden.Load(engine).Logits(null, GoldenModel.Ids(tensors.Read("input_ids")));
            Runs.RequireWithin(golden.LogitTolerance, tensors.Read("logits").Reshape(logits.Shape), logits, name);
        }
    }

    [Theory, MemberData(nameof(Tiny))]
    public void A_state_forks_where_it_ends_and_nowhere_before(string name)
    {
        var model = new TinyModel(name).Load(Engines.Fast);
        var trunk = new DecodingState(model, 40);
        model.Run(TokenBatch.Of(Sequence), null, LogitRows.None, trunk);
        Assert.Throws<ArgumentException>(() => trunk.Fork(Sequence.Length - 1, 40));
        using var branch = trunk.Fork(Sequence.Length, 40);
        var (left, right) = (model.Run(TokenBatch.Of([7, 8]), null, LogitRows.All, trunk)!, model.Run(TokenBatch.Of([9]), null, LogitRows.All, branch)!);
        Runs.RequireSameBits(model.Logits(null, [.. Sequence, 7, 8]).Rows(Sequence.Length, 2), left);
        Runs.RequireSameBits(model.Logits(null, [.. Sequence, 9]).Rows(Sequence.Length, 1), right);
        using var fresh = trunk.Fork(0, 40);
        Runs.RequireSameBits(model.Logits(null, Sequence), model.Run(TokenBatch.Of(Sequence), null, LogitRows.All, fresh)!);
    }

    [Theory, MemberData(nameof(Tiny))]
    public void A_failing_run_leaves_every_state_as_it_was(string name)
    {
        var model = new TinyModel(name).Load(Engines.Fast);
        var state = new DecodingState(model, 40);
        var failing = new HookSet().Read("blocks.2.hook_resid_post", _ => throw new InvalidOperationException("stop"));
        foreach (var chunk in Sequence.Chunk(4))
        {
            Assert.Throws<InvalidOperationException>(() => model.Run(TokenBatch.Of([8, 8]), failing, LogitRows.None, state));
            model.Run(TokenBatch.Of(chunk), null, LogitRows.None, state);
        }
        Runs.RequireSameBits(model.Logits(null, [.. Sequence, 6]).Rows(Sequence.Length, 1), model.Run(TokenBatch.Of([6]), null, LogitRows.Last, state)!);
    }

    [Theory, MemberData(nameof(Tiny))]
    public void Prompts_that_begin_alike_give_the_texts_they_give_to_a_fresh_model(string name)
    {
        using var folder = new TemporaryFolder();
        new TinyModel(name).Write(folder.Path);
        Transformer Fresh() => Transformer.Load(folder.Path, Engines.Get(Engines.Fast));
        var (shared, options) = (Fresh(), new SamplingOptions { MaxTokens = 5, IgnoreEos = true });
        int[][] prompts = [Sequence, Sequence[..6], [.. Sequence, 2, 2], Sequence, [.. Sequence[..6], 7], [.. Sequence, 2, 2, 3]];
        foreach (var prompt in prompts) Assert.Equal(Generator.Generate(Fresh(), prompt, options).Ids, Generator.Generate(shared, prompt, options).Ids);
        Assert.Equal(5, shared.Prefixes.Count); // a longer prompt serves none that ends within it
    }

    /// <summary>[kernel, channels] → [channels, kernel].</summary>
    private static Tensor Turned(Tensor inputs)
    {
        var (kernel, channels) = (inputs.Shape[0], inputs.Columns);
        var turned = Tensor.Zeros(inputs.DType, channels, kernel);
        for (var i = 0L; i < inputs.Count; i++) turned.Write(i % channels * kernel + i / channels, inputs.Read(i));
        return turned;
    }
}
