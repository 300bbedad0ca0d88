using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Saes.Synthetic;

/// <summary>Worlds on disk, in the layout of SAELens' <c>SyntheticModel.save</c>: settings, tensors and the tree. What the hub's SynthSAEBench holds can be read.</summary>
public static class SyntheticWorldFolder
{
    private const string Config = "synthetic_model_config.json", Weights = "synthetic_model.safetensors", Hierarchy = "hierarchy.json";
    private const string Directions = "feature_vectors", Bias = "bias", Probabilities = "firing_probabilities", Factors = "correlation_factor", OwnVariance = "correlation_diag";

    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, Config));

    /// <summary>Reads a world. Its strengths stand in no file: they are drawn again from the settings' seed, as SAELens does.</summary>
    /// <exception cref="FileException">A file is missing, or does not fit the settings.</exception>
    public static SyntheticWorld Load(string folder)
    {
        var config = Path.Combine(folder, Config);
        var spec = SyntheticSpecFile.Read(StrictJson.Read(config), config);
        using var file = SafetensorsFile.Open(Path.Combine(folder, Weights));
        var hierarchy = Path.Combine(folder, Hierarchy);
        var factors = file.Contains(Factors) ? Read(file, Factors, spec.Features, spec.CorrelationRank) : Tensor.Zeros(DType.F32, spec.Features, 0);
        var probabilities = Read(file, Probabilities, spec.Features).Span<float>().ToArray();
        var wrong = Array.FindIndex(probabilities, p => p is not (>= 0 and <= 1));
        if (wrong >= 0) throw FileException.Malformed(file.Path, $"tensor '{Probabilities}'", $"number {wrong} is {probabilities[wrong]}, expected one from 0 to 1");
        RequireOwnVariance(file, factors);
        return new()
        {
            Directions = Read(file, Directions, spec.Features, spec.DIn), Bias = Read(file, Bias, spec.DIn), Factors = factors, Probabilities = probabilities, Seed = spec.Seed,
            Tree = File.Exists(hierarchy) ? FeatureTreeFile.Read(hierarchy, spec.Features) : FeatureTree.Build(spec with { Roots = 0 }),
            Means = spec.Means.Generate(spec.Features, spec.Seed + 2L), Deviations = spec.Deviations.Generate(spec.Features, spec.Seed + 1L),
        };
    }

    /// <summary>Writes <paramref name="world"/>, made from <paramref name="spec"/>, whole or not at all.</summary>
    public static void Save(SyntheticWorld world, SyntheticSpec spec, string folder)
    {
        ArgumentNullException.ThrowIfNull(world);
        AtomicFolder.Write(folder, temporary =>
        {
            AtomicFile.Write(Path.Combine(temporary, Config), SyntheticSpecFile.Write(spec));
            AtomicFile.Write(Path.Combine(temporary, Hierarchy), FeatureTreeFile.Write(world.Tree));
            var tensors = new List<(string, Tensor)> { (Directions, world.Directions), (Bias, world.Bias), (Probabilities, Tensor.Of(world.Probabilities, world.Features)) };
            if (world.Factors.Columns > 0) tensors.AddRange([(Factors, world.Factors), (OwnVariance, Tensor.Of(OwnVariances(world.Factors), world.Features))]);
            SafetensorsWriter.Write(Path.Combine(temporary, Weights), tensors);
        });
    }

    private static Tensor Read(SafetensorsFile file, string name, params ReadOnlySpan<int> shape)
    {
        var tensor = file.Read(name);
        return tensor.Shape.SequenceEqual(shape) && tensor.DType is DType.F32 or DType.F16 or DType.BF16
            ? tensor.To(DType.F32).Clone()
            : throw FileException.Malformed(file.Path, $"tensor '{name}'", $"it is {tensor.DType}{tensor.ShapeText}, expected {Shape.Text(shape)} by the settings");
    }

    /// <summary>Every feature must have unit variance, some of it its own.</summary>
    private static void RequireOwnVariance(SafetensorsFile file, Tensor factors)
    {
        var own = OwnVariances(factors);
        var wrong = Array.FindIndex(own, variance => !(variance > 0));
        if (wrong >= 0) throw FileException.Malformed(file.Path, $"tensor '{Factors}'", $"row {wrong} has a squared norm of {1 - own[wrong]}, expected less than 1");
    }

    private static float[] OwnVariances(Tensor factors) =>
        [.. Enumerable.Range(0, factors.RowCount).Select(i => 1 - System.Numerics.Tensors.TensorPrimitives.SumOfSquares<float>(factors.Row<float>(i)))];
}
