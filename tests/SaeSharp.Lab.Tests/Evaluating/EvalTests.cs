using SaeSharp.Lab.Evaluating;

namespace SaeSharp.Lab.Tests.Evaluating;

[Collection(typeof(TinyWorkspaceTests))]
public class EvalTests(TinyWorkspace tiny)
{
    [Fact]
    public async Task Figures_do_not_depend_on_the_batches_and_agree_with_each_other()
    {
        var request = new EvalRequest { Sae = TinyWorkspace.Sae, Corpus = TinyWorkspace.Corpus, Tokens = 1500 };
        var (small, large) = (await tiny.Workspace.Eval(request with { Batch = 70 }), await tiny.Workspace.Eval(request));
        Assert.Equal(large.Fvu, small.Fvu);
        Assert.Equal(large.CeSpliced!.Value, small.CeSpliced!.Value, 1e-9);
        Assert.Equal(large.Kl!.Value, small.Kl!.Value, 1e-9);
        Assert.Equal(6, large.L0);
        Assert.Equal(1 - large.Fvu!.Value, large.ExplainedVariance!.Value, 1e-12);
        Assert.Equal((large.CeZero - large.CeSpliced) / (large.CeZero - large.CeOriginal), large.CeRecovered);
        Assert.Empty(large.Reasons);
        Assert.Equal(large.Fvu, (await tiny.Workspace.Info(new() { Target = TinyWorkspace.Sae })).Sae!.Quality!.Fvu);
    }
}
