using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Metrics;
using SaeSharp.Saes.Synthetic.Scores;

namespace SaeSharp.Saes.Tests.Synthetic;

/// <summary>Scores against the truth, as SAELens computes them.</summary>
public class ScoreGoldens
{
    private const string Values = "golden/saes/metrics/synthetic.json", Arrays = "golden/saes/metrics/synthetic.safetensors";

    [Theory, InlineData("all"), InlineData("fewer_latents_than_features"), InlineData("square"), InlineData("swapped")]
    public void Learnt_directions_are_matched_like_there(string which)
    {
        var golden = Golden.Json(Values);
        using var file = Golden.Tensors(Arrays);
        Tensor decoder = file.Read("sae_decoder"), truth = file.Read("gt_features");
        var (learnt, features) = which switch
        {
            "fewer_latents_than_features" => (decoder.Rows(0, 10), truth),
            "square" => (decoder.Rows(0, truth.RowCount), truth),
            "swapped" => (truth, decoder),
            _ => (decoder, truth),
        };
        var exact = new DirectionMatch(learnt.To(DType.F64), features.To(DType.F64), Reference.Instance);
        Assert.Equal(golden.GetProperty($"mcc.{which}").GetProperty("f64").GetDouble(), exact.MeanCorrelationCoefficient(), 1e-10);
        Assert.Equal(golden.GetProperty($"uniqueness.{which}").GetDouble(), exact.Uniqueness, 1e-10);
        Assert.Equal(golden.GetProperty($"mcc.{which}").GetProperty("f32").GetDouble(), new DirectionMatch(learnt, features, CpuBackend.Create(1)).MeanCorrelationCoefficient(), 1e-6);
    }

    [Fact]
    public void The_assignment_and_the_nearest_features_are_the_same()
    {
        var golden = Golden.Json(Values);
        using var file = Golden.Tensors(Arrays);
        var match = new DirectionMatch(file.Read("sae_decoder").To(DType.F64), file.Read("gt_features").To(DType.F64), Reference.Instance);
        SyntheticGoldens.Close([.. file.Read("cosine").Span<double>().ToArray().Select(Math.Abs)], match.Cosines.Span<double>().ToArray(), 1e-10);
        Assert.Equal(Integers(golden.GetProperty("uniqueness.argmax")), match.Best);
        var pairs = Assignment.Largest(match.Cosines);
        var expected = Integers(golden.GetProperty("mcc.assignment").GetProperty("rows")).Zip(Integers(golden.GetProperty("mcc.assignment").GetProperty("cols")));
        Assert.Equal(expected, pairs.Select((column, row) => (row, column)).Where(pair => pair.column >= 0));
    }

    [Fact]
    public void Firing_is_classified_like_there()
    {
        var golden = Golden.Json(Values).GetProperty("classification");
        using var file = Golden.Tensors(Arrays);
        var firing = new FiringClassification(Integers(golden.GetProperty("best_matches")), file.Read("gt_features").RowCount);
        Tensor latents = file.Read("sae_latents").To(DType.F32), features = file.Read("gt_feature_acts");
        for (var start = 0; start < latents.RowCount; start += 150)
        {
            var rows = Math.Min(150, latents.RowCount - start);
            firing.Add(SparseCodes.FromDense(latents.Rows(start, rows)), SparseCodes.FromDense(features.Rows(start, rows)));
        }
        foreach (var (name, ours) in ((string, Func<int, long>)[])[("tp", i => firing.Of(i).TruePositive), ("fp", i => firing.Of(i).FalsePositive), ("fn", i => firing.Of(i).FalseNegative), ("tn", i => firing.Of(i).TrueNegative)])
            Assert.Equal(SyntheticGoldens.Numbers(golden.GetProperty(name)), Enumerable.Range(0, latents.Columns).Select(i => (double)ours(i)));
        foreach (var (name, ours) in ((string, double)[])[("precision", firing.Precision), ("recall", firing.Recall), ("f1_score", firing.F1), ("accuracy", firing.Accuracy)])
            Assert.Equal(golden.GetProperty(name).GetDouble(), ours, 1e-6);
    }

    [Fact]
    public void L0_and_shrinkage_are_those_of_the_other_metrics()
    {
        var golden = Golden.Json(Values);
        using var file = Golden.Tensors(Arrays);
        Tensor x = file.Read("shrinkage.x"), reconstruction = file.Read("shrinkage.x_hat"), latents = file.Read("sae_latents").To(DType.F32);
        var batch = new MetricBatch(x, reconstruction, SparseCodes.FromDense(latents));
        var (shrinkage, l0) = (new Shrinkage(), new L0());
        shrinkage.Add(batch);
        l0.Add(batch);
        Assert.Equal(golden.GetProperty("shrinkage").GetProperty("value").GetDouble(), shrinkage.Value.Number!.Value, 1e-10);
        Assert.Equal(golden.GetProperty("l0").GetDouble(), l0.Value.Number!.Value, 1e-10);
    }

    [Fact]
    public void Overlap_and_correlation_are_measured_like_there()
    {
        var golden = Golden.Json(Values);
        using var file = Golden.Tensors(Arrays);
        var (overlap, expected) = (Superposition.Of(file.Read("gt_features"), CpuBackend.Create(1)), golden.GetProperty("superposition"));
        Assert.Equal(expected.GetProperty("mean_max_abs_cos_sim").GetDouble(), overlap.MeanLargest, 1e-6); // computed in f32 there
        Assert.Equal(expected.GetProperty("mean_abs_cos_sim").GetDouble(), overlap.Mean, 1e-6);
        Assert.Equal(expected.GetProperty("mean_percentile_abs_cos_sim").GetProperty("95").GetDouble(), overlap.Percentile95, 1e-6);
        Assert.Equal(expected.GetProperty("mean_percentile_abs_cos_sim").GetProperty("99").GetDouble(), overlap.Percentile99, 1e-6);
        foreach (var (name, ours) in ((string, FactorCorrelation)[])[("dense", FactorCorrelation.OfMatrix(file.Read("corr.dense"))), ("low_rank", FactorCorrelation.OfFactors(file.Read("corr.factor")))])
        {
            Assert.Equal(golden.GetProperty($"correlation_stats.{name}").GetProperty("rms_correlation").GetDouble(), ours.RootMeanSquare, 1e-10);
            Assert.Equal(golden.GetProperty($"correlation_stats.{name}").GetProperty("mean_correlation").GetDouble(), ours.Mean, 1e-10);
        }
    }

    [Fact]
    public void A_whole_evaluation_gives_the_same_scores()
    {
        var golden = Golden.Json(Values).GetProperty("eval_sae_on_synthetic_data").GetProperty("result");
        using var file = Golden.Tensors(Arrays);
        Tensor decoder = file.Read("sae_decoder"), truth = file.Read("gt_features"), acts = file.Read("gt_feature_acts");
        var sae = Sae(decoder, file.Read("eval_sae.b_enc").To(DType.F32), file.Read("eval_sae.b_dec").To(DType.F32));
        var x = Tensor.Zeros(DType.F32, acts.RowCount, truth.Columns);
        Reference.Instance.MatMul(acts, truth, x);
        for (var row = 0; row < x.RowCount; row++)
            for (var i = 0; i < x.Columns; i++) x.Row<float>(row)[i] += (float)(-0.1 + 0.2 * i / (x.Columns - 1));
        var evaluation = new SyntheticEvaluation(sae, truth, CpuBackend.Create(1));
        evaluation.Add(x.Rows(0, 128), SparseCodes.FromDense(acts.Rows(0, 128)));
        evaluation.Add(x.Rows(128, acts.RowCount - 128), SparseCodes.FromDense(acts.Rows(128, acts.RowCount - 128)));
        var (scores, firing) = (evaluation.Scores, golden.GetProperty("classification"));
        Assert.Equal(golden.GetProperty("dead_latents").GetInt32(), scores.Dead);
        foreach (var (expected, ours) in ((JsonElement, double)[])[
            (golden.GetProperty("true_l0"), scores.TrueL0), (golden.GetProperty("sae_l0"), scores.L0), (golden.GetProperty("shrinkage"), scores.Shrinkage),
            (golden.GetProperty("explained_variance"), scores.ExplainedVariance), (golden.GetProperty("mcc"), scores.Mcc), (golden.GetProperty("uniqueness"), scores.Uniqueness),
            (firing.GetProperty("precision"), scores.Precision), (firing.GetProperty("recall"), scores.Recall), (firing.GetProperty("f1_score"), scores.F1), (firing.GetProperty("accuracy"), scores.Accuracy)])
            Assert.Equal(expected.GetDouble(), ours, 2e-6); // ours is f32, theirs f64 there
    }

    /// <summary>W_enc = (W_dec / max(‖row‖², 1e-8))ᵀ.</summary>
    private static SparseAutoencoder Sae(Tensor decoder, Tensor encoderBias, Tensor decoderBias)
    {
        var encoder = decoder.Clone();
        for (var row = 0; row < encoder.RowCount; row++)
        {
            var values = encoder.Row<float>(row);
            var square = Math.Max(values.ToArray().Sum(value => (double)value * value), 1e-8);
            foreach (ref var value in values) value = (float)(value / square);
        }
        return SaeCatalog.Create(
            new() { Architecture = "topk", DIn = decoder.Columns, DSae = decoder.RowCount, K = 5 },
            new("a test", new Dictionary<string, Tensor> { ["W_enc"] = MatrixTranspose.Of(encoder), ["b_enc"] = encoderBias, ["W_dec"] = decoder.Clone(), ["b_dec"] = decoderBias }), Reference.Instance);
    }

    private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetInt32())];
}
