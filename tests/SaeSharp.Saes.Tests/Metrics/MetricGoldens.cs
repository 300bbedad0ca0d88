using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Saes.Metrics;

namespace SaeSharp.Saes.Tests.Metrics;

/// <summary>What SAELens' own metric code gives on fixed arrays, and dictionary_learning's, OpenAI's and sparsify's where they define something else.</summary>
public class MetricGoldens
{
    private const string Fixed = "golden/saes/metrics/fixed_metrics.json", Arrays = "golden/saes/metrics/fixed.safetensors";
    private const double F64 = 1e-10, KeptInF32 = 1e-6;

    // SAELens: 1 where nothing varies and nothing is wrong; ‖x̂‖ in place of ‖x̂‖/‖x‖ where x is zero. Here such tokens are left out, and the reason says so.
    private static readonly (string Example, string Ours)[] SaidOtherwise = [("constant_input", "explainedVariance"), ("token_at_the_mean", "shrinkage"), ("perfect_with_token_at_the_mean", "shrinkage")];

    private static readonly (string Ours, string Theirs)[] SaeLens =
    [
        ("l1", "l1"), ("mse", "mse"), ("cosine", "cossim"), ("explainedVariance", "explained_variance"), ("shrinkage", "l2_ratio"), ("l2NormIn", "l2_norm_in"), ("l2NormOut", "l2_norm_out"),
        ("explainedVarianceLegacy", "explained_variance_legacy"), ("relativeReconstructionBiasByBatch", "relative_reconstruction_bias"),
    ];

    [Theory, InlineData("saelens.one_batch", 1, -1), InlineData("saelens.three_batches", 3, -1), InlineData("saelens.three_batches_ignore_0", 3, 0), InlineData("saelens.three_batches_ignore_0_1", 3, 1)]
    public void Numbers_are_those_of_SAELens(string name, int batches, int ignoreUpTo)
    {
        var golden = Golden.Json(Fixed).GetProperty(name);
        var expected = golden.GetProperty("metrics_f64");
        var all = Batches(batches, ignoreUpTo);
        foreach (var (ours, theirs) in SaeLens) RequireRelative(Number(expected, theirs), ours, all, F64);
        RequireRelative(Number(expected, "l0"), "l0", all, KeptInF32);
        if (batches == 1) RequireRelative(Number(expected, "relative_reconstruction_bias"), "relativeReconstructionBias", all, F64);
        RequireFeatures(golden.GetProperty("features"), all);
    }

    [Fact]
    public void Numbers_are_those_of_dictionary_learning_OpenAI_and_sparsify()
    {
        var golden = Golden.Json(Fixed);
        foreach (var count in new[] { 1, 3 })
        {
            var (theirs, batches) = (golden.GetProperty($"dictionary_learning.evaluate_{count}_batches"), Batches(count, -1));
            foreach (var (ours, name) in new[] { ("errorNorm", "l2_loss"), ("l1", "l1_loss"), ("l0", "l0"), ("explainedVarianceCentredByBatch", "frac_variance_explained"), ("cosine", "cossim"), ("shrinkage", "l2_ratio"), ("relativeReconstructionBiasByBatch", "relative_reconstruction_bias") })
                RequireRelative(Number(theirs, name), ours, batches, F64);
            RequireRelative(1 - Number(theirs, "frac_alive"), "deadFraction", batches, KeptInF32);
        }
        var all = Batches(3, -1);
        RequireRelative(Number(golden.GetProperty("openai.normalized_mse"), "per_row_ratio_mean"), "normalizedMse", all, F64);
        RequireRelative(Number(golden, "openai.normalized_l1"), "normalizedL1", all, F64);
        RequireRelative(Number(golden, "sparsify.fvu_all_rows"), "fvu", all, F64);
    }

    [Fact]
    public void Pooled_numbers_are_the_plain_definitions()
    {
        var (golden, all) = (Golden.Json(Fixed), Batches(3, -1));
        var plain = golden.GetProperty("plain");
        foreach (var (ours, theirs) in new[]
        {
            ("relativeReconstructionBias", "relative_reconstruction_bias"), ("l0", "l0"), ("l1", "l1"), ("mse", "mse_sum_over_d_mean_over_rows"), ("errorNorm", "mean_norm_of_error"), ("cosine", "cosine_mean"),
            ("shrinkage", "shrinkage_mean_of_ratios"), ("explainedVariance", "ev_1_minus_mse_over_total_variance"), ("explainedVarianceCentred", "ev_residual_centred_unbiased_var"),
        })
            RequireRelative(Number(plain, theirs), ours, all, F64);
        RequireRelative(1 - Number(plain, "ev_1_minus_mse_over_total_variance"), "fvu", all, F64);
        RequireRelative(Number(plain, "ev_per_row_mean_legacy"), "explainedVarianceLegacy", [Joined(all)], F64);
        RequireRelative(Number(golden.GetProperty("density"), "dead_fraction"), "deadFraction", all, F64);
        RequireRelative(Number(golden.GetProperty("density"), "dense_above_0.1") / 40, "denseFraction", all, F64);
    }

    [Fact]
    public void Firing_rates_are_the_density_and_its_logarithm()
    {
        var expected = Golden.Json(Fixed).GetProperty("density");
        var counts = new FiringCounts();
        foreach (var batch in Batches(3, -1)) counts.Add(batch);
        Assert.Equal(Numbers(expected, "density"), Enumerable.Range(0, counts.Counts.Length).Select(counts.Density));
        RequireClose(Numbers(expected, "log10_density_eps1e-10"), [.. Enumerable.Range(0, counts.Counts.Length).Select(latent => (double?)counts.Log10Density(latent))], F64);
    }

    [Fact]
    public void What_the_weights_say_is_what_SAELens_says()
    {
        var golden = Golden.Json(Fixed);
        using var file = Golden.Tensors(Arrays);
        var (encoder, decoder) = (file.Read("W_enc"), file.Read("W_dec"));
        var geometry = new LatentGeometry(MatrixTranspose.Of(encoder), decoder, file.Read("b_enc"));
        var expected = golden.GetProperty("saelens.featurewise_weight_based");
        RequireClose(Numbers(expected, "encoder_norm"), [.. geometry.EncoderNorms.Select(norm => (double?)norm)], F64);
        RequireClose(Numbers(expected, "encoder_decoder_cosine_sim"), geometry.EncoderDecoderCosines!, F64);
        RequireClose(Numbers(expected, "encoder_bias"), [.. geometry.EncoderBiases!.Select(bias => (double?)bias)], F64);
        var norms = golden.GetProperty("decoder_norm_stats");
        RequireClose([Number(norms, "mean"), Number(norms, "min"), Number(norms, "max")], [geometry.DecoderNorms.Average(), geometry.DecoderNorms.Min(), geometry.DecoderNorms.Max()], F64);
    }

    [Fact]
    public void Examples_worked_by_hand_give_what_SAELens_gives_or_say_why_there_is_no_number()
    {
        foreach (var example in Golden.Json("golden/saes/metrics/hand_examples.json").EnumerateObject().Where(example => example.Value.TryGetProperty("saelens", out _) && example.Value.TryGetProperty("f", out _)))
        {
            var tokens = Numbers(example.Value, "tokens");
            var ignored = example.Value.GetProperty("ignore_tokens") is { ValueKind: JsonValueKind.Array } ids ? ids.EnumerateArray().Select(id => id.GetDouble()).ToArray() : [];
            int[] rows = [.. Enumerable.Range(0, tokens.Length).Where(row => !ignored.Contains(tokens[row]))];
            Tensor Rows(string name) => Pick(Matrix(example.Value.GetProperty(name)), rows);
            var batch = new MetricBatch(Rows("x"), Rows("x_hat"), SparseCodes.FromDense(Rows("f")));
            foreach (var (ours, theirs) in SaeLens.Append(("l0", "l0")))
            {
                var (expected, actual) = (example.Value.GetProperty("saelens").GetProperty(theirs), ReconstructionMetrics.Measure(ours, batch));
                if (expected.ValueKind == JsonValueKind.String || SaidOtherwise.Contains((example.Name, ours))) Assert.True(actual.Reason is not null, $"{example.Name} {ours}");
                else Assert.True(Math.Abs(expected.GetDouble() - actual.Number!.Value) <= 1e-12, $"{example.Name}: {ours} is {actual.Number}, expected {expected}");
            }
        }
    }

    private static void RequireFeatures(JsonElement expected, MetricBatch[] batches)
    {
        var counts = new FiringCounts();
        foreach (var batch in batches) counts.Add(batch);
        RequireClose(Numbers(expected, "feature_density"), [.. Enumerable.Range(0, counts.Counts.Length).Select(latent => (double?)counts.Density(latent))], KeptInF32);
        RequireClose(Numbers(expected, "consistent_activation_heuristic"), [.. Enumerable.Range(0, counts.Counts.Length).Select(counts.FiringsInAText)], KeptInF32);
    }

    private static double Number(JsonElement of, string name) => of.ValueKind == JsonValueKind.Number ? of.GetDouble() : Number(of.GetProperty(name), "");

    /// <summary>The numbers of a list; NaN where the library has none.</summary>
    private static double[] Numbers(JsonElement of, string name) => [.. of.GetProperty(name).EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN)];

    private static void RequireClose(double[] expected, double?[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(double.IsNaN(expected[i]) ? actual[i] is null : Math.Abs(expected[i] - actual[i]!.Value) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"{i}: {actual[i]}, expected {expected[i]}");
    }

    private static void RequireRelative(double expected, string name, MetricBatch[] batches, double tolerance)
    {
        var actual = ReconstructionMetrics.Measure(name, batches).Number!.Value;
        Assert.True(Math.Abs(actual - expected) <= tolerance * Math.Abs(expected), $"{name} is {actual:R}, expected {expected:R}");
    }

    private static MetricBatch[] Batches(int count, int ignoreUpTo)
    {
        using var file = Golden.Tensors(Arrays);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var tokens = file.Read($"tokens{i}");
            var context = tokens.Columns;
            int[] rows = [.. Enumerable.Range(0, (int)tokens.Count).Where(row => tokens.Read(row) > ignoreUpTo)];
            int[] starts = [.. Enumerable.Range(0, (int)tokens.Count / context).Select(text => rows.Count(row => row < text * context))];
            return new MetricBatch(Pick(file.Read($"x{i}"), rows), Pick(file.Read($"x_hat{i}"), rows), SparseCodes.FromDense(Pick(file.Read($"f{i}"), rows)), starts);
        })];
    }

    private static MetricBatch Joined(MetricBatch[] batches)
    {
        using var file = Golden.Tensors(Arrays);
        Tensor All(string name) => Tensor.Of(Enumerable.Range(0, batches.Length).SelectMany(i => file.Read($"{name}{i}").Span<float>().ToArray()).ToArray(), batches.Sum(batch => batch.Rows), file.Read($"{name}0").Columns);
        return new(All("x"), All("x_hat"), SparseCodes.FromDense(All("f")));
    }

    private static Tensor Matrix(JsonElement rows) => Tensor.Of(rows.EnumerateArray().SelectMany(row => row.EnumerateArray().Select(value => (float)value.GetDouble())).ToArray(), rows.GetArrayLength(), rows[0].GetArrayLength());

    private static Tensor Pick(Tensor tensor, int[] rows)
    {
        tensor = tensor.Reshape((int)(tensor.Count / tensor.Columns), tensor.Columns);
        var picked = Tensor.Zeros(DType.F32, rows.Length, tensor.Columns);
        for (var i = 0; i < rows.Length; i++) tensor.Row<float>(rows[i]).CopyTo(picked.Row<float>(i));
        return picked;
    }
}
