using System.Text.Json;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Numerics.Files;
using SaeSharp.Testing;

namespace SaeSharp.Numerics.Tests.Autograd;

/// <summary>A small Llama on the tape against PyTorch: gradients of every parameter, then thirty steps of AdamW with clipping and a cosine schedule.</summary>
public sealed class GoldenTraining
{
    /// <summary>Tolerances of the reference file for an f64 engine and for an f32 engine.</summary>
    private sealed record Limits(double Gradient, double Loss, double Parameter);

    private static readonly Limits F64 = new(1e-10, 1e-9, 1e-8);
    private static readonly Limits F32 = new(2e-5, 5e-5, 1e-4);

    [Fact]
    public void Gradients_agree_with_pytorch_in_f64() => Gradients(Reference.Instance, DType.F64, F64);

    [Fact]
    public void Gradients_agree_with_pytorch_in_f32() => Gradients(CpuBackend.Create(), DType.F32, F32);

    [Fact]
    public void Thirty_steps_agree_with_pytorch_in_f64() => Trajectory(Reference.Instance, DType.F64, F64);

    [Fact]
    public void Thirty_steps_agree_with_pytorch_in_f32() => Trajectory(CpuBackend.Create(), DType.F32, F32);

    private static void Gradients(Backend backend, DType type, Limits limits)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var weights = SafetensorsFile.Open(SharedFiles.At("golden", "models", "llama", "model.safetensors"));
        using var expected = SafetensorsFile.Open(Folder("gradients_llama.safetensors"));
        var model = new TinyLlama(weights, backend, type);

        Near(expected.Read("loss").Read(0), model.AddGradients(expected.Read("input_ids")), limits.Loss, "loss");
        foreach (var (name, parameter) in model.Parameters) Near(expected.Read($"grad.{name}"), parameter.Gradient!, limits.Gradient, name);
    }

    private static void Trajectory(Backend backend, DType type, Limits limits)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var weights = SafetensorsFile.Open(SharedFiles.At("golden", "models", "llama", "model.safetensors"));
        using var expected = SafetensorsFile.Open(Folder("trajectory_llama.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllBytes(Folder("trajectory.json")));
        var run = json.RootElement.GetProperty("runs").GetProperty("llama");
        var decayed = run.GetProperty("decayed").EnumerateArray().Select(name => name.GetString()!).ToHashSet();
        var model = new TinyLlama(weights, backend, type);
        var moments = model.Parameters.ToDictionary(pair => pair.Key, pair => (Zeros(pair.Value.Value), Zeros(pair.Value.Value)));
        var batches = expected.Read("input_ids");                            // [3, 4, 12]

        foreach (var expectedStep in run.GetProperty("steps").EnumerateArray())
        {
            var t = expectedStep.GetProperty("step").GetInt32();
            var loss = model.AddGradients(batches.Rows((t - 1) % 3, 1).Reshape(4, 12));
            Near(expectedStep.GetProperty("loss").GetDouble(), loss, limits.Loss, $"loss of step {t}");
            var norm = Math.Sqrt(model.Parameters.Values.Sum(parameter => backend.SumOfSquares(parameter.Gradient!)));
            foreach (var (name, parameter) in model.Parameters)
            {
                var (mean, meanSquare) = moments[name];
                backend.Adam(parameter.Value, parameter.Gradient!, mean, meanSquare, new(t, LearningRate(t), 0.9, 0.95, 1e-8,
                    WeightDecay: decayed.Contains(name) ? 0.1 : 0, GradientScale: Math.Min(1, 1 / (norm + 1e-6))));
                parameter.ClearGradient();
                if (expected.Contains($"step{t}.{name}")) Near(expected.Read($"step{t}.{name}"), parameter.Value, limits.Parameter, $"{name} after step {t}");
            }
        }
    }

    /// <summary>Five steps of warm-up to 0.008, then a cosine down to a tenth at step 30.</summary>
    private static double LearningRate(int t) => t <= 5 ? 0.008 * t / 5 : 0.008 * (0.1 + 0.9 * (1 + Math.Cos(Math.PI * (t - 5) / 25)) / 2);

    private static Tensor Zeros(Tensor like) => Tensor.Zeros(like.DType, like.Shape);

    private static string Folder(string file) => SharedFiles.At("golden", "lm-training", file);

    private static void Near(Tensor expected, Tensor actual, double tolerance, string label)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0L; i < expected.Count; i++) Near(expected.Read(i), actual.Read(i), tolerance, $"{label}, element {i}");
    }

    private static void Near(double expected, double actual, double tolerance, string label) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{label}: {actual:R}, expected {expected:R} ± {tolerance}.");
}
