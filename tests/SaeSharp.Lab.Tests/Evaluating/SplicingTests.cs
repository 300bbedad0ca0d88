using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Tests.Evaluating;

public sealed class SplicingTests : IDisposable
{
    private const string Hook = "blocks.1.hook_resid_post";
    private readonly Shelves _shelves = new(Path.Combine(Path.GetTempPath(), "saesharp-none"), 2);

    public void Dispose() => _shelves.Dispose();

    [Fact]
    public void A_perfect_reconstruction_changes_nothing()
    {
        var scores = Score(x => x.Clone(), Tensor.Zeros(DType.F32, 1, 64));
        Assert.Equal(scores.Loss(SpliceScores.Splice.Original), scores.Loss(SpliceScores.Splice.Reconstruction));
        Assert.Equal(0, scores.Divergence(SpliceScores.Splice.Reconstruction));
        Assert.NotEqual(scores.Loss(SpliceScores.Splice.Original), scores.Loss(SpliceScores.Splice.Zero));
    }

    [Fact]
    public void Reconstructing_nothing_is_zero_ablation_and_so_is_a_zero_mean()
    {
        var scores = Score(x => Tensor.Zeros(DType.F32, x.RowCount, x.Columns), Tensor.Zeros(DType.F32, 1, 64));
        Assert.Equal(scores.Loss(SpliceScores.Splice.Zero), scores.Loss(SpliceScores.Splice.Reconstruction));
        Assert.Equal(scores.Loss(SpliceScores.Splice.Zero), scores.Loss(SpliceScores.Splice.Mean));
    }

    [Fact]
    public void Log_probabilities_sum_to_one_and_diverge_from_themselves_by_nothing()
    {
        var logits = Tensor.Of(Enumerable.Range(0, 3 * 1500).Select(i => (float)Math.Sin(i) * 20).ToArray(), 3, 1500);
        LogitLoss.Normalise(logits);
        for (var row = 0; row < 3; row++) Assert.Equal(1, logits.Row<float>(row).ToArray().Sum(value => Math.Exp(value)), 1e-4);
        Assert.Equal(0, LogitLoss.Divergence(logits, logits, [0, 1, 2]));
    }

    private SpliceScores Score(Func<Tensor, Tensor> reconstruct, Tensor mean)
    {
        var model = _shelves.Models.Get(TinyWorkspace.Model);
        var scores = new SpliceScores(model, new(Hook), reconstruct, mean);
        foreach (var windows in Corpus.Batches(Corpus.Read(TinyWorkspace.Corpus, model).Take(400).Windows, 200)) scores.Add(windows);
        return scores;
    }
}
