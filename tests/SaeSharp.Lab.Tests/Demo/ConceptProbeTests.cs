using SaeSharp.Lab.Demo.Scoring;
using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Probing;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Tests.Demo;

/// <summary>The probes of all concepts at once, and what stands beside them.</summary>
public class ConceptProbeTests
{
    private const int Rows = 600, Width = 6;
    private static readonly Backend Backend = CpuBackend.Create(2);

    [Fact]
    public void Whitened_rows_have_mean_0_and_unit_covariance()
    {
        var (x, _) = World(1);
        var z = new Whitening(x, Backend).Apply(x);
        for (var i = 0; i < Width; i++)
        {
            Assert.Equal(0, Mean(z, i, -1), 1e-4);
            for (var j = 0; j < Width; j++) Assert.Equal(i == j ? 1 : 0, Mean(z, i, j), 2e-3);
        }
    }

    [Fact]
    public void Probes_of_all_concepts_at_once_rank_as_probes_fitted_one_by_one()
    {
        var ((x, labels), (test, testLabels)) = (World(1), World(2));
        var scores = ConceptProbes.Fit(x, labels, Backend, TestContext.Current.CancellationToken).Scores(test);
        for (var concept = 0; concept < 3; concept++)
        {
            var fit = LogisticRegression.Fit(Known(x, labels, concept, out var positive), positive, 1e3);
            var single = new RankedScores(fit.Scores(Known(test, testLabels, concept, out var testPositive)), testPositive).Auroc!.Value;
            Assert.Equal(single, LayerBaselines.Auroc(testLabels, concept, scores[concept]), 0.005);
            Assert.InRange(single, 0.8, 1);
        }
    }

    [Fact]
    public void A_planted_coordinate_is_found_up_or_down_and_a_planted_direction_by_probe_and_mean_difference()
    {
        var ((x, labels), (test, testLabels)) = (World(3), World(4));
        var baselines = LayerBaselines.Of(x, labels, test, testLabels, Backend, TestContext.Current.CancellationToken);
        Assert.InRange(baselines.Coordinate[2].Measured, 0.95, 1); // planted in coordinate 4, downward
        Assert.InRange(baselines.Probe[0].Measured, baselines.Coordinate[0].Measured, 1);
        Assert.InRange(baselines.Difference[0].Measured, 0.8, 1);
        Assert.All(baselines.Probe, score => Assert.InRange(score.Measured, 0.8, 1));
    }

    [Fact]
    public void A_sentence_has_what_one_of_its_tokens_has()
    {
        var sentences = new SentenceRows();
        sentences.Add([5, 9, 6, 7, 9], id => id == 9);
        sentences.Add([5, 5], id => id == 9);
        var labels = sentences.Pool(new ConceptLabels([ConceptSet.Of(1), default, default, ConceptSet.Of(2), default, default, default], [default, ConceptSet.Of(1), default, default, default, ConceptSet.Of(0), default], 3));
        Assert.Equal([ConceptSet.Of(1), ConceptSet.Of(2), default], labels.Truth);
        Assert.Equal([default, default, ConceptSet.Of(0)], labels.Unknown);
        var codes = Codes([1, 0], [3, 0], [0, 2], [0, 0], [0, 1], [0, 0], [4, 0]);
        Assert.Equal([3f, 0, 0, 2, 4, 0], sentences.Pool(codes).ToDense().Span<float>().ToArray());
    }

    [Fact]
    public void A_sparse_probe_needs_as_many_latents_as_share_a_concept()
    {
        // The concept is the exclusive work of latents 0 and 1, a half of it each; latent 2 is noise.
        var codes = Codes([.. Enumerable.Range(0, 400).Select(row => new float[] { row % 4 == 0 ? 2 : 0, row % 4 == 1 ? 1 : 0, row % 3 })]);
        var labels = new ConceptLabels([.. Enumerable.Range(0, 400).Select(row => row % 4 < 2 ? ConceptSet.Of(0) : default)], new ConceptSet[400], 1);
        Assert.Equal(2, SparseProbes.Needed(codes, labels, codes, labels, 0, 1));
        Assert.Equal(1, SparseProbes.Needed(codes, labels, codes, labels, 0, 0.7));
    }

    [Fact]
    public void The_small_probe_minimises_what_logistic_regression_minimises()
    {
        var (x, labels) = World(5);
        for (var concept = 0; concept < 3; concept++)
        {
            var rows = Known(x, labels, concept, out var positive);
            var (fit, small) = (LogisticRegression.Fit(rows, positive, 1), SmallProbe.Fit(rows, positive));
            Assert.Equal(fit.Intercept, small[^1], 0.01 + 0.01 * Math.Abs(fit.Intercept));
            for (var i = 0; i < Width; i++) Assert.Equal(fit.Weights[i], small[i], 0.01 + 0.01 * Math.Abs(fit.Weights[i]));
        }
    }

    private static (Tensor X, ConceptLabels Labels) World(int seed)
    {
        var random = new SplitMix((ulong)seed);
        var x = Tensor.Zeros(DType.F32, Rows, Width);
        var (truth, unknown) = (new ConceptSet[Rows], new ConceptSet[Rows]);
        for (var row = 0; row < Rows; row++)
        {
            var values = x.Row<float>(row);
            for (var i = 0; i < Width; i++) values[i] = 3 + random.Below(1000) / 1000f + random.Below(1000) / 1000f - 1;
            for (var concept = 0; concept < 3; concept++)
                if (random.Below(4) == 0) truth[row] |= ConceptSet.Of(concept);
            foreach (var concept in truth[row])
            {
                if (concept == 0) (values[0], values[1]) = (values[0] + 0.5f, values[1] - 0.6f);
                if (concept == 1) (values[1], values[2], values[3]) = (values[1] + 0.5f, values[2] + 0.5f, values[3] + 0.5f);
                if (concept == 2) values[4] -= 1.5f;
            }
            if (random.Below(5) == 0) unknown[row] = ConceptSet.Of(1) & ~truth[row];
        }
        return (x, new(truth, unknown, 3));
    }

    private static SparseCodes Codes(params float[][] rows)
    {
        var dense = Tensor.Zeros(DType.F32, rows.Length, rows[0].Length);
        for (var row = 0; row < rows.Length; row++) rows[row].CopyTo(dense.Row<float>(row));
        return SparseCodes.FromDense(dense);
    }

    private static ProbeRows Known(Tensor x, ConceptLabels labels, int concept, out bool[] positive)
    {
        int[] rows = [.. Enumerable.Range(0, x.RowCount).Where(row => !labels.Unknown[row].Contains(concept))];
        var probe = new ProbeRows(Width);
        foreach (var row in rows) probe.Add([.. x.Row<float>(row).ToArray().Select(value => (double)value)]);
        positive = [.. rows.Select(row => labels.Truth[row].Contains(concept))];
        return probe;
    }

    private static double Mean(Tensor z, int i, int j)
    {
        var sum = 0.0;
        for (var row = 0; row < z.RowCount; row++) sum += z.Row<float>(row)[i] * (j < 0 ? 1.0 : z.Row<float>(row)[j]);
        return sum / z.RowCount;
    }
}
