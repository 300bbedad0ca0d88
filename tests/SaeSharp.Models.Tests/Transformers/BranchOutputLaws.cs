using SaeSharp.Models.Branches;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>The directions of neurons and heads are what a run adds when one of them alone is 1.</summary>
public class BranchOutputLaws
{
    public static TheoryData<string> Names => [.. TinyConfigs.Names];

    [Theory, MemberData(nameof(Names))]
    public void A_run_with_one_input_set_adds_its_direction(string name)
    {
        var model = new TinyModel(name).Load(Engines.Fast);
        foreach (var branch in model.Branches.Where(branch => branch.Expert is null))
        {
            var (input, output) = (InputOf(model, branch), model.HookNames.Contains($"{branch.Hook}_raw") ? $"{branch.Hook}_raw" : branch.Hook);
            var directions = branch.Directions(0, branch.Inputs);                      // [inputs, dModel]
            var factors = new double?[model.Spec.DModel];
            foreach (var i in new[] { 0, branch.Inputs / 2, branch.Inputs - 1 })
            {
                float[] added = [.. Run(model, input, output, i).Zip(Run(model, input, output, null), (with, without) => with - without)];
                var direction = directions.Row<float>(i).ToArray();
                for (var o = 0; o < added.Length; o++)
                {
                    if (output == branch.Hook) Assert.Equal(added[o], direction[o], 1e-4f);
                    else if (Math.Abs(added[o]) < 1e-2) continue;
                    else Assert.Equal(factors[o] ??= direction[o] / (double)added[o], direction[o] / (double)added[o], 1e-2); // the gain behind: one factor for each number of the stream
                }
            }
            Assert.Equal(directions.Rows(1, 2).RawBytes(), branch.Directions(1, 2).RawBytes());
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_attention_and_MLP_is_there_unless_norms_stand_in_the_stream(string name)
    {
        var model = new TinyModel(name).Load(Engines.Fast);
        var expected = model.Spec.Residual is Residual.PostNorm ? [] : model.HookNames.Where(hook => hook.EndsWith("hook_attn_out", StringComparison.Ordinal) || hook.EndsWith("hook_mlp_out", StringComparison.Ordinal));
        Assert.Equal(expected, model.Branches.Select(branch => branch.Hook).Distinct());
        foreach (var branches in model.Branches.Where(branch => branch.Expert is not null).GroupBy(branch => branch.Layer))
        {
            var experts = Assert.IsType<Mlp.Experts>(model.Spec.Mlp[branches.Key]);
            Assert.Equal(experts.Count + (experts.DShared > 0 ? 1 : 0), branches.Count());
            Assert.All(branches, branch => Assert.Equal(branch.Expert == "shared" ? experts.DShared : experts.DMlp, branch.Inputs));
        }
    }

    private static string InputOf(Transformer model, BranchOutput branch) => ((string[])[$"blocks.{branch.Layer}.attn.hook_z", $"blocks.{branch.Layer}.linear.hook_normed", $"blocks.{branch.Layer}.mlp.hook_post"])
        .First(hook => model.HookNames.Contains(hook) && hook.Contains(".mlp.", StringComparison.Ordinal) == branch.HeadWidth is null);

    /// <summary>What is read at <paramref name="output"/> where all inputs are 0 but one, which is 1.</summary>
    private static float[] Run(Transformer model, string input, string output, int? one)
    {
        float[] row = [];
        var hooks = new HookSet().Edit(input, value =>
        {
            value.Clear();
            if (one is { } i) value.Span<float>()[i] = 1;
        }).Read(output, value => row = value.Rows(0, 1).Span<float>().ToArray());
        model.Run(TokenBatch.Of([3]), hooks, LogitRows.None);
        return row;
    }
}
