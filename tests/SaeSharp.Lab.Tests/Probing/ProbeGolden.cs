using System.Text.Json;
using SaeSharp.Lab.Probing;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Tests.Probing;

/// <summary>SAEBench's choice of latents, the optimum of scikit-learn's objective to 1e-12, and AUROCs.</summary>
public class ProbeGolden
{
    private static string Shared(params string[] path)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        return SharedFiles.At(["golden", .. path]);
    }

    private static JsonElement Json(params string[] path) => JsonDocument.Parse(File.ReadAllBytes(Shared(path))).RootElement;

    [Fact]
    public void Latents_are_chosen_and_probes_solved_as_SAEBench_does()
    {
        var golden = Json("evals", "sparse-probing.json");
        using var file = SafetensorsFile.Open(Shared("evals", "evals.safetensors"));
        foreach (var task in golden.GetProperty("tasks").EnumerateObject())
        {
            foreach (var one in task.Value.GetProperty("per_class").EnumerateObject())
            {
                var at = $"probing.{task.Name}";
                bool[] Labels(string part) => [.. Longs(file.Read($"{at}.{one.Name}.{part}_labels")).Select(label => label == golden.GetProperty("positive_label").GetInt64())];
                ProbeRows Part(string part, string kind) => Rows(file.Read($"{at}.{part}_{kind}")).Of([.. Longs(file.Read($"{at}.{one.Name}.{part}_rows")).Select(row => (int)row)]);
                foreach (var kind in new[] { "codes", "activations" })
                {
                    var (train, labels) = (Part("train", kind), Labels("train"));
                    var ranked = LabelProbe.Ranked(train.MeanDifferences(labels));
                    foreach (var k in new[] { "1", "2", "5", "10", "all" })
                    {
                        var expected = one.Value.GetProperty($"{kind}.k={k}");
                        int[] columns = [.. (k == "all" ? ranked : ranked.Take(int.Parse(k, System.Globalization.CultureInfo.InvariantCulture))).Order()];
                        Assert.Equal(expected.GetProperty("latents_by_rank").EnumerateArray().Select(latent => latent.GetInt32()), ranked.Take(expected.GetProperty("latents_by_rank").GetArrayLength()));
                        var fit = LogisticRegression.Fit(train.Choose(columns), labels, 1);
                        var optimum = expected.GetProperty("optimum_f64");
                        foreach (var (wanted, weight) in optimum.GetProperty("coef").EnumerateArray().Zip(fit.Weights)) Assert.Equal(wanted.GetDouble(), weight, 1e-7);
                        Assert.Equal(optimum.GetProperty("intercept").GetDouble(), fit.Intercept, 1e-7);
                        Assert.Equal(optimum.GetProperty("test_accuracy").GetDouble(), new RankedScores(fit.Scores(Part("test", kind).Choose(columns)), Labels("test")).Accuracy, 1e-12);
                        Assert.Equal(optimum.GetProperty("train_accuracy").GetDouble(), new RankedScores(fit.Scores(train.Choose(columns)), labels).Accuracy, 1e-12);
                    }
                }
            }
        }
    }

    [Fact]
    public void Logistic_regression_reaches_the_optimum_for_every_penalty()
    {
        using var file = SafetensorsFile.Open(Shared("statistics", "statistics.safetensors"));
        var (x, y) = (Rows(file.Read("logistic.X")), Longs(file.Read("logistic.y")).Select(label => label == 1).ToArray());
        foreach (var expected in Json("statistics", "statistics.json").GetProperty("logistic").GetProperty("cases").EnumerateArray().Where(one => one.GetProperty("penalty").GetString() == "l2"))
        {
            var fit = LogisticRegression.Fit(x, y, expected.GetProperty("C").GetDouble());
            foreach (var (wanted, weight) in expected.GetProperty("w").EnumerateArray().Zip(fit.Weights)) Assert.Equal(wanted.GetDouble(), weight, 1e-8);
            Assert.Equal(expected.GetProperty("intercept").GetDouble(), fit.Intercept, 1e-8);
        }
    }

    [Fact]
    public void Areas_under_the_curve_are_those_of_scikit_learn()
    {
        foreach (var expected in Json("statistics", "statistics.json").GetProperty("ranking").GetProperty("cases").EnumerateArray())
        {
            var scores = new RankedScores([.. expected.GetProperty("score").EnumerateArray().Select(score => score.GetDouble())], [.. expected.GetProperty("y").EnumerateArray().Select(label => label.GetInt32() == 1)]);
            Assert.Equal(expected.GetProperty("auroc").GetDouble(), scores.Auroc!.Value, 1e-12);
        }
    }

    private static long[] Longs(Tensor tensor) => tensor.DType == DType.I64 ? tensor.Span<long>().ToArray() : [.. Enumerable.Range(0, (int)tensor.Count).Select(i => (long)tensor.Read(i))];

    private static ProbeRows Rows(Tensor tensor)
    {
        var rows = new ProbeRows(tensor.Columns);
        var wide = tensor.To(DType.F64);
        for (var row = 0; row < wide.RowCount; row++) rows.Add(wide.Row<double>(row));
        return rows;
    }
}
