using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Training;

/// <summary>Parameters of a model that has learnt nothing yet, drawn from a seed and each parameter's name.</summary>
/// <remarks>
/// Matrices: normal, deviation 1/√inputs; those that lead back into the stream are smaller by √(2·layers), so that the stream's size does not grow with depth
/// (GPT-2). Tables and the unembedding: normal, deviation 0.02, so that the first guess is near uniform. Gains 1, biases 0.
/// </remarks>
internal sealed class NewParameters : ParameterSource
{
    private const double TableDeviation = 0.02;
    private static readonly string[] IntoStream = [".attn.out.weight", ".mlp.down.weight"];
    private readonly HashSet<string> _left;
    private readonly int _layers;
    private readonly ulong _seed;

    public NewParameters(WeightTable table, int layers, int seed, DType type) : base(type)
    {
        _left = [.. table.ForLayers(layers).Select(row => row.Parameter).Where(name => name != WeightTable.Nothing)];
        (_layers, _seed) = (layers, (ulong)seed);
    }

    public override IReadOnlyCollection<string> Left => _left;

    protected override Tensor? Find(string name, ReadOnlySpan<(string Name, int Size)> axes)
    {
        if (!_left.Remove(name)) return null;
        var shape = new int[axes.Length];
        for (var i = 0; i < shape.Length; i++) shape[i] = axes[i].Size;
        var value = Tensor.Zeros(Type, shape);
        if (name.EndsWith(".gain", StringComparison.Ordinal)) Fill(value, 1);
        else if (!name.EndsWith(".bias", StringComparison.Ordinal)) Draw(value, Deviation(name, value.Columns), new(_seed, name));
        return value;
    }

    private double Deviation(string name, int inputs)
    {
        if (!name.StartsWith("blocks.", StringComparison.Ordinal)) return TableDeviation;
        var usual = 1 / Math.Sqrt(inputs);
        return Array.Exists(IntoStream, end => name.EndsWith(end, StringComparison.Ordinal)) ? usual / Math.Sqrt(2 * _layers) : usual;
    }

    private static void Fill(Tensor value, double number)
    {
        for (var i = 0L; i < value.Count; i++) value.Write(i, number);
    }

    private static void Draw(Tensor value, double deviation, NormalDraws draws)
    {
        for (var i = 0L; i < value.Count; i++) value.Write(i, deviation * draws.Next());
    }
}
