using SaeSharp.Numerics;

namespace SaeSharp.Saes;

/// <summary>The tensors an SAE is built from, by their name in the file. Each is taken once, with the shape its architecture needs.</summary>
public sealed class SaeWeights
{
    private readonly IReadOnlyDictionary<string, Tensor>? _tensors;
    private readonly Dictionary<string, Tensor> _taken = new(StringComparer.Ordinal);
    private SeededRandom _random;

    /// <param name="source">What errors call the place the tensors come from.</param>
    /// <param name="tensors">Any float type; kept as f32.</param>
    public SaeWeights(string source, IReadOnlyDictionary<string, Tensor> tensors) => (Source, _tensors) = (source, tensors);

    private SaeWeights(int seed) => (Source, _random) = ("random weights", new(seed));

    /// <summary>Weights of whatever shape is asked for, uniform in ±1/√(last axis): for tests and benchmarks.</summary>
    public static SaeWeights Random(int seed) => new(seed);

    public string Source { get; }

    /// <summary>What the architecture took.</summary>
    public IReadOnlyDictionary<string, Tensor> Taken => _taken;

    /// <summary>The tensor as f32.</summary>
    /// <exception cref="SaeException">It is missing or has another shape.</exception>
    public Tensor Take(string name, params ReadOnlySpan<(string Name, int Size)> axes)
    {
        var tensor = _tensors is null ? Draw(axes) : Find(name, axes);
        _taken.Add(name, tensor);
        return tensor;
    }

    /// <summary>Throws unless the architecture took every tensor.</summary>
    internal void RequireAllTaken(string architecture)
    {
        foreach (var name in _tensors?.Keys ?? [])
            if (!_taken.ContainsKey(name)) throw SaeException.UnusedTensor(Source, name, architecture);
    }

    private Tensor Find(string name, ReadOnlySpan<(string Name, int Size)> axes)
    {
        if (!_tensors!.TryGetValue(name, out var tensor)) throw SaeException.MissingTensor(Source, name, [.. _tensors.Keys]);
        var fits = tensor.Rank == axes.Length;
        for (var i = 0; fits && i < axes.Length; i++) fits = tensor.Shape[i] == axes[i].Size;
        return fits ? tensor.To(DType.F32) : throw SaeException.WrongShape(Source, name, Text(axes), tensor.ShapeText);
    }

    private Tensor Draw(ReadOnlySpan<(string Name, int Size)> axes)
    {
        Span<int> shape = stackalloc int[axes.Length];
        for (var i = 0; i < axes.Length; i++) shape[i] = axes[i].Size;
        var tensor = Tensor.Zeros(DType.F32, shape);
        var bound = 1 / Math.Sqrt(tensor.Columns);
        for (var i = 0L; i < tensor.Count; i++) tensor.Write(i, (2 * _random.NextDouble() - 1) * bound);
        return tensor;
    }

    private static string Text(ReadOnlySpan<(string Name, int Size)> axes)
    {
        var parts = new string[axes.Length];
        for (var i = 0; i < axes.Length; i++) parts[i] = $"{axes[i].Name}={axes[i].Size}";
        return $"[{string.Join(", ", parts)}]";
    }
}
