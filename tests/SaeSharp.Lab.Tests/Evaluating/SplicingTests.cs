using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Models;
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

    [Fact]
    public void Fast_scores_are_those_of_log_probabilities()
    {
        Tensor Logits(double scale, double shift) => Tensor.Of(Enumerable.Range(0, 40 * 1021).Select(i => (float)(Math.Sin(i * 1.7) * scale + shift)).ToArray(), 40, 1021);
        Tensor original = Logits(6, 0), other = Logits(5.9, 40);
        int[] rows = [.. Enumerable.Range(0, 40).Where(row => row != 7)];
        int[] targets = [.. rows.Select(row => row == 11 ? -1 : row * 13)];
        var fast = new NextTokenScores(rows.Length, 1021);
        fast.Begin(original, rows, targets);
        var before = fast.Losses.ToArray();
        fast.Compare(other);

        LogitLoss.Normalise(original);
        LogitLoss.Normalise(other);
        for (var i = 0; i < rows.Length; i++)
        {
            Assert.Equal(targets[i] < 0 ? double.NaN : LogitLoss.CrossEntropy(original, [rows[i]], [targets[i]]), before[i], 1e-5);
            Assert.Equal(targets[i] < 0 ? double.NaN : LogitLoss.CrossEntropy(other, [rows[i]], [targets[i]]), fast.Losses[i], 1e-5);
            Assert.Equal(LogitLoss.Divergence(original, other, [rows[i]]), fast.Divergences[i], 1e-5);
        }
    }

    [Theory]
    [InlineData("hook_embed")]
    [InlineData("blocks.0.hook_resid_pre")]
    [InlineData("blocks.0.attn.hook_z")]
    [InlineData("blocks.1.hook_mlp_out")]
    [InlineData("blocks.1.hook_resid_post")]
    [InlineData("ln_final.hook_normalized")]
    [InlineData("blocks.0.hook_resid_post,blocks.1.hook_resid_post")]
    [InlineData("blocks.1.hook_resid_pre,blocks.0.hook_resid_post,blocks.1.hook_mlp_out")]
    [InlineData("hook_embed,blocks.2.hook_attn_out")]
    public void Every_run_replaces_the_tokens_that_count_and_gives_what_a_whole_run_gives(string joined)
    {
        var model = _shelves.Models.Get(TinyWorkspace.Model);
        var hooks = joined.Split(',');
        var (scores, width) = (new SpliceScores(model, new([.. hooks.Select(hook => new ActivationView(hook))])), hooks.Sum(model.Transformer.HookWidth));
        var corpus = Corpus.Read(TinyWorkspace.Corpus, model).Take(90);
        var frequent = corpus.Windows[0].Ids[3];
        Window[] windows = [.. corpus.Without(id => id == frequent).Windows];
        Assert.True(windows.Sum(window => window.Kept.Length) < corpus.KeptTokens);
        var x = scores.Begin(windows).Clone();
        for (var i = 0; i < x.Count; i++) x.Write(i, x.Read(i) * 0.9);

        foreach (var (splice, put) in new[] { (SpliceScores.Splice.Reconstruction, x), (SpliceScores.Splice.Zero, Tensor.Zeros(DType.F32, 1, width)), (SpliceScores.Splice.Mean, x.Rows(5, 1)) })
        {
            scores.Add(splice, put);
            Assert.Equal(WholeRun(model, windows, hooks, put), scores.TokenLosses.ToArray());
        }
    }

    [Fact]
    public void A_view_of_one_head_reads_and_replaces_that_head_alone()
    {
        const string Z = "blocks.0.attn.hook_z";
        var model = _shelves.Models.Get(TinyWorkspace.Model);
        var view = ActivationView.Of(model.Transformer, Z, Saes.ModelProcessing.None, 1);
        var (width, scores) = (view.WidthOf(model.Transformer), new SpliceScores(model, new(view)));
        Window[] windows = [.. Corpus.Read(TinyWorkspace.Corpus, model).Take(60).Windows];
        var (x, whole) = (scores.Begin(windows).Clone(), new SpliceScores(model, new(new ActivationView(Z))).Begin(windows));
        for (var row = 0; row < x.RowCount; row++) Assert.Equal(whole.Row<float>(row).Slice(width, width).ToArray(), x.Row<float>(row).ToArray());

        scores.Add(SpliceScores.Splice.Zero, Tensor.Zeros(DType.F32, 1, width));
        for (var row = 0; row < whole.RowCount; row++) whole.Row<float>(row).Slice(width, width).Clear();
        Assert.Equal(WholeRun(model, windows, [Z], whole), scores.TokenLosses.ToArray());
        Assert.Throws<LabException>(() => ActivationView.Of(model.Transformer, Z, Saes.ModelProcessing.None, 99));
        Assert.Throws<LabException>(() => ActivationView.Of(model.Transformer, Hook, Saes.ModelProcessing.None, 0));
    }

    private static double[] WholeRun(LanguageModel model, Window[] windows, string[] hooks, Tensor put)
    {
        var batch = TokenBatch.Of([.. windows.Select(window => window.Ids)]);
        var kept = Harvester.KeptRows(windows);
        var (edits, start) = (new HookSet(), 0);
        foreach (var hook in hooks)
        {
            var (from, width) = (start, model.Transformer.HookWidth(hook));
            start += width;
            edits.Edit(hook, (Tensor value) =>
            {
                var rows = value.Reshape(batch.Rows, width);
                for (var i = 0; i < kept.Length; i++) put.Row<float>(put.RowCount == 1 ? 0 : i).Slice(from, width).CopyTo(rows.Row<float>(kept[i]));
            });
        }
        var logits = model.Transformer.Run(batch, edits, LogitRows.All)!;
        var whole = new NextTokenScores(kept.Length, model.Transformer.Spec.DVocab);
        whole.Begin(logits, kept, [.. kept.Select(row => row + 1 < batch.Rows && batch.Positions[row + 1] > 0 ? batch.Ids[row + 1] : -1)]);
        return whole.Losses;
    }

    private SpliceScores Score(Func<Tensor, Tensor> reconstruct, Tensor mean)
    {
        var model = _shelves.Models.Get(TinyWorkspace.Model);
        var scores = new SpliceScores(model, new(new ActivationView(Hook)));
        foreach (var windows in Corpus.Batches(Corpus.Read(TinyWorkspace.Corpus, model).Take(400).Windows, 200))
        {
            scores.Add(SpliceScores.Splice.Reconstruction, reconstruct(scores.Begin(windows)));
            scores.Add(SpliceScores.Splice.Zero, Tensor.Zeros(DType.F32, 1, 64));
            scores.Add(SpliceScores.Splice.Mean, mean);
        }
        return scores;
    }
}
