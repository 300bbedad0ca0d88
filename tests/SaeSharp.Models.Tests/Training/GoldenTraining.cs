using System.Text.Json;
using SaeSharp.Models.Tests.Transformers;
using SaeSharp.Models.Training;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Training;

/// <summary>Gradients and thirty steps of AdamW against PyTorch (shared/golden/lm-training/README.md), in f64 on the reference and in f32 on the fast backend.</summary>
public class GoldenTraining
{
    private const double ReferenceDrift = 1e-4;
    private const int Rows = 4, Length = 12, RowsOfMicroBatch = 2;

    /// <summary>Tolerances of the reference file for an f64 engine and for an f32 engine.</summary>
    private sealed record Limits(string Engine, DType Type, double Loss, double Logits, double Gradient, double StepLoss, double Parameter);

    private static readonly Dictionary<string, Limits> All = new()
    {
        ["f64"] = new("reference", DType.F64, 1e-11, 1e-11, 1e-10, 1e-9, 1e-8),
        ["f32"] = new(Engines.Fast, DType.F32, 3e-5, 1e-4, 2e-5, 5e-5, 1e-4),
        ["f32, sums in f64"] = new("reference", DType.F32, 3e-5, 1e-4, 2e-5, 5e-5, 1e-4),
    };

    public static TheoryData<string, string> Models => new() { { "llama", "f64" }, { "llama", "f32" }, { "gpt2", "f64" }, { "gpt2", "f32" }, { "gemma2", "f64" }, { "gemma2", "f32" } };

    public static TheoryData<string, string> Trajectories => new()
    {
        { "llama", "f64" }, { "llama", "f32" }, { "llama_accumulate", "f64" }, { "llama_accumulate", "f32" }, { "llama_ragged_global", "f64" }, { "llama_ragged_global", "f32" },
        { "llama_ragged_mean_of_means", "f64" }, { "llama_ragged_mean_of_means", "f32" }, { "gpt2", "f64" }, { "gpt2", "f32" },
        { "llama", "f32, sums in f64" }, { "llama_accumulate", "f32, sums in f64" }, { "llama_ragged_global", "f32, sums in f64" }, { "llama_ragged_mean_of_means", "f32, sums in f64" },
    };

    [Theory, MemberData(nameof(Models))]
    public void Loss_logits_and_the_gradient_of_every_parameter_are_those_of_pytorch(string name, string precision)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var limits = All[precision];
        using var expected = SafetensorsFile.Open(Golden($"gradients_{name}.safetensors"));
        var model = Load(name, limits);
        var batch = TrainingBatch.Of([.. Ids(expected.Read("input_ids"), 0, RowsOfMicroBatch)]);

        Near(expected.Read("logits"), model.Forward(batch), limits.Logits, "logits");
        Near(expected.Read("loss").Read(0), model.LossAndGradients(batch, 1.0 / batch.Counted) / batch.Counted, limits.Loss, "loss");
        var actual = CheckpointLayout.Of(model, parameter => parameter.Gradient, areWeights: false).ToDictionary();
        string[] names = [.. expected.Names.Where(one => one.StartsWith("grad.", StringComparison.Ordinal)).Select(one => one["grad.".Length..])];
        Assert.Equal(names.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach (var parameter in names) Near(expected.Read($"grad.{parameter}"), actual[parameter], limits.Gradient, parameter);
    }

    [Theory, MemberData(nameof(Trajectories))]
    public void Thirty_steps_are_those_of_pytorch(string run, string precision)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var (limits, name) = (All[precision], run.Split('_')[0]);
        using var expected = SafetensorsFile.Open(Golden($"trajectory_{name}.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllBytes(Golden("trajectory.json")));
        var golden = json.RootElement.GetProperty("runs").GetProperty(run);
        var trainer = new LanguageTrainer(Load(name, limits), new() { Steps = 30, Warmup = 5, LearningRate = 0.008, FinalShare = 0.1, Beta2 = 0.95 });
        foreach (var step in golden.GetProperty("steps").EnumerateArray())
        {
            var number = step.GetProperty("step").GetInt32();
            var outcome = Step(trainer, run, expected, (number - 1) % 3);
            Near(step.GetProperty("lr").GetDouble(), outcome.LearningRate, 1e-15, $"learning rate of step {number}");
            Near(step.GetProperty("loss").GetDouble(), outcome.Loss, limits.StepLoss, $"loss of step {number}");
            var norm = step.GetProperty("grad_norm").GetDouble();
            // Around step 21 the llama's norm turns rounding of 1e-7 into 5e-5 and more, PyTorch's own f32 included: there f32 is held to the drift that the reference states for it.
            Near(1, outcome.GradientNorm / norm, precision == "f32" && name == "llama" ? ReferenceDrift : limits.StepLoss, $"gradient norm of step {number}");
            if (run == name) Compare(trainer.Model, expected, $"step{number}.", limits, skipsKeyBias: limits.Type == DType.F32);
        }
        var l2 = golden.GetProperty("final_parameter_l2");
        foreach (var (parameter, tensor) in Weights(trainer.Model))
            if (!(limits.Type == DType.F32 && IsKeyBias(parameter))) Near(l2.GetProperty(parameter).GetDouble(), L2(tensor), limits.Parameter * Math.Sqrt(tensor.Count), $"L2 of {parameter}");
    }

    private static StepOutcome Step(LanguageTrainer trainer, string run, SafetensorsFile file, int number)
    {
        var sequences = Ids(file.Read("input_ids"), number * Rows, Rows).ToArray();
        if (!run.Contains("ragged", StringComparison.Ordinal))
            return run.EndsWith("accumulate", StringComparison.Ordinal)
                ? trainer.Step(TrainingBatch.Of(sequences[..RowsOfMicroBatch]), TrainingBatch.Of(sequences[RowsOfMicroBatch..]))
                : trainer.Step(TrainingBatch.Of(sequences));
        var labels = Ids(file.Read("ragged_labels"), number * Rows, Rows).ToArray();
        var (first, second) = (Labelled(sequences, labels, 0), Labelled(sequences, labels, RowsOfMicroBatch));
        if (run.EndsWith("global", StringComparison.Ordinal)) return trainer.Step(first, second);
        trainer.Model.ClearGradients();
        var loss = new[] { first, second }.Sum(batch => trainer.Model.LossAndGradients(batch, 0.5 / batch.Counted) / batch.Counted);
        return trainer.Update(loss / 2);
    }

    /// <summary>Labels stand at their own token's place; the target of a row is the next one's, −100 for none.</summary>
    private static TrainingBatch Labelled(int[][] sequences, int[][] labels, int first)
    {
        var batch = new TrainingBatch(RowsOfMicroBatch * Length);
        for (var i = first; i < first + RowsOfMicroBatch; i++)
            batch.Add(sequences[i], [.. labels[i].Skip(1).Append(-100).Select(label => label < 0 ? TrainingBatch.NoTarget : label)]);
        return batch;
    }

    private static void Compare(DifferentiableTransformer model, SafetensorsFile expected, string prefix, Limits limits, bool skipsKeyBias)
    {
        foreach (var (parameter, tensor) in Weights(model).Where(pair => expected.Contains(prefix + pair.Name)))
        {
            var (whole, d) = (expected.Read(prefix + parameter), (int)tensor.Count / 3);
            for (var i = 0; i < tensor.Count; i++)
                if (!(skipsKeyBias && IsKeyBias(parameter) && i / d == 1)) Near(whole.Read(i), tensor.Read(i), limits.Parameter, $"{prefix}{parameter}, element {i}");
        }
    }

    private static bool IsKeyBias(string parameter) => parameter.EndsWith("c_attn.bias", StringComparison.Ordinal);

    private static IEnumerable<(string Name, Tensor Tensor)> Weights(DifferentiableTransformer model) => CheckpointLayout.Of(model, parameter => parameter.Value, areWeights: true);

    private static DifferentiableTransformer Load(string name, Limits limits) => DifferentiableTransformer.Load(SharedFiles.At("golden", "models", name), Engines.Get(limits.Engine), limits.Type);

    private static double L2(Tensor tensor)
    {
        var sum = 0.0;
        for (var i = 0L; i < tensor.Count; i++) sum += tensor.Read(i) * tensor.Read(i);
        return Math.Sqrt(sum);
    }

    private static IEnumerable<int[]> Ids(Tensor ids, int first, int count)
    {
        for (var row = first; row < first + count; row++) yield return [.. ids.Row<long>(row).ToArray().Select(id => (int)id)];
    }

    private static string Golden(string file) => SharedFiles.At("golden", "lm-training", file);

    private static void Near(Tensor expected, Tensor actual, double tolerance, string label)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0L; i < expected.Count; i++) Near(expected.Read(i), actual.Read(i), tolerance, $"{label}, element {i}");
    }

    private static void Near(double expected, double actual, double tolerance, string label) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{label}: {actual:R}, expected {expected:R} ± {tolerance}.");
}
