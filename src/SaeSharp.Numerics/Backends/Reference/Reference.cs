namespace SaeSharp.Numerics.Backends;

/// <summary>The op set written as its definitions read: one thread, plain loops, every number widened to f64 and each result rounded once.</summary>
/// <remarks>The oracle of the conformance suite and of gradient checks, not a fast path. Each op reads a row, computes, and writes the row, so outputs may be inputs everywhere.</remarks>
public sealed partial class Reference : Backend
{
    private Reference() { }

    /// <summary>The one instance; it holds no state.</summary>
    public static Reference Instance { get; } = new();

    public override string Name => "reference";

    public override int Threads => 1;

    /// <summary>One row, widened.</summary>
    private static double[] Read(Tensor x, int row)
    {
        var values = new double[x.Columns];
        for (var i = 0; i < values.Length; i++) values[i] = x.Read((long)row * values.Length + i);
        return values;
    }

    /// <summary>All elements, widened; empty for null.</summary>
    private static double[] ReadAll(Tensor? x)
    {
        var values = new double[x?.Count ?? 0];
        for (var i = 0; i < values.Length; i++) values[i] = x!.Read(i);
        return values;
    }

    /// <summary>Writes one row, rounded to the tensor's type.</summary>
    private static void Write(Tensor y, int row, ReadOnlySpan<double> values)
    {
        for (var i = 0; i < values.Length; i++) y.Write((long)row * values.Length + i, values[i]);
    }

    /// <summary>Adds to the elements of a tensor: one rounding, after the sum.</summary>
    private static void AddTo(Tensor y, ReadOnlySpan<double> values)
    {
        for (var i = 0; i < values.Length; i++) y.Write(i, y.Read(i) + values[i]);
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
