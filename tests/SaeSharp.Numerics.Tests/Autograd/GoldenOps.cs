using System.Text.Json;
using SaeSharp.Numerics.Autograd;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Numerics.Files;
using SaeSharp.Numerics.Tests.Files;

namespace SaeSharp.Numerics.Tests.Autograd;

/// <summary>Results and gradients of single ops against PyTorch in f64.</summary>
public sealed class GoldenOps
{
    /// <summary>For an f64 engine, absolute.</summary>
    private const double F64Tolerance = 1e-11;

    /// <summary>Inputs around 900 lose three digits.</summary>
    private const double F64ShiftedTolerance = 1e-9;

    /// <summary>For an f32 engine, relative to the largest entry.</summary>
    private const double F32Tolerance = 1e-5;

    /// <summary>Cases of ops that the tape does not have.</summary>
    private static readonly string[] NotOnTheTape = ["batch_topk_relu", "jumprelu", "jumprelu_step", "log_softmax", "soft_cap"];

    [Fact]
    public void The_reference_agrees_with_pytorch_in_f64() => ForEachCase(DType.F64, (name, golden) =>
        Check(golden, Reference.Instance, $"{name} in f64", _ => name == "softmax_shifted" ? F64ShiftedTolerance : F64Tolerance));

    [Fact]
    public void The_cpu_backend_agrees_with_pytorch_in_f32() => ForEachCase(DType.F32, (name, golden) =>
    {
        // Its inputs around 900 differ from their f32 values by more than the tolerance.
        if (name != "softmax_shifted") Check(golden, CpuBackend.Create(threads: 1), $"{name} in f32", largest => F32Tolerance * largest);
    });

    private static void ForEachCase(DType type, Action<string, GoldenCase> check)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var folder = SharedFiles.At("golden", "lm-training");
        using var descriptions = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "ops.json")));
        using var file = SafetensorsFile.Open(Path.Combine(folder, "ops.safetensors"));
        var missing = new List<string>();
        foreach (var description in descriptions.RootElement.EnumerateObject())
        {
            var golden = new GoldenCase(description.Name, description.Value, file, type);
            using var probe = new Tape(Reference.Instance);
            if (golden.Run(probe) is null) missing.Add(description.Name);
            else check(description.Name, new(description.Name, description.Value, file, type));
        }
        Assert.Equal(NotOnTheTape, missing.Order(StringComparer.Ordinal));
    }

    private static void Check(GoldenCase golden, Backend backend, string label, Func<double, double> tolerance)
    {
        using var tape = new Tape(backend);
        var output = golden.Run(tape)!;
        Compare(golden.Array("out"), output.Value, $"{label}: result", tolerance);
        tape.Backward(output, golden.Array("upstream").To(output.Value.DType).Reshape(output.Value.Shape));
        foreach (var input in golden.GradientNames) Compare(golden.Array($"grad.{input}"), golden.Leaf(input).Gradient!, $"{label}: gradient of {input}", tolerance);
    }

    private static void Compare(Tensor expected, Tensor actual, string label, Func<double, double> tolerance)
    {
        Assert.Equal(expected.Count, actual.Count);
        var largest = 0.0;
        for (var i = 0L; i < expected.Count; i++) largest = Math.Max(largest, Math.Abs(expected.Read(i)));
        for (var i = 0L; i < expected.Count; i++)
            Assert.True(Math.Abs(expected.Read(i) - actual.Read(i)) <= tolerance(largest), $"{label}, element {i}: {actual.Read(i):R}, expected {expected.Read(i):R}.");
    }
}
