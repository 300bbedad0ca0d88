using SaeSharp.Numerics;

namespace SaeSharp.Models.Training;

/// <summary>Where a model's parameters begin: layers take theirs while they are built.</summary>
internal abstract class ParameterSource(DType type)
{
    private readonly List<Parameter> _taken = [];

    /// <summary>F32 or F64: what the model computes in.</summary>
    public DType Type => type;

    /// <summary>Every parameter taken so far.</summary>
    public IReadOnlyList<Parameter> Taken => _taken;

    /// <summary>The parameter, in memory of its own.</summary>
    public Parameter Take(string name, params ReadOnlySpan<(string Name, int Size)> axes) =>
        TryTake(name, axes) ?? throw new InvalidOperationException($"The family's weight table has no row for '{name}'.");

    /// <summary>The parameter, or null where the family's table has no row for it.</summary>
    public Parameter? TryTake(string name, params ReadOnlySpan<(string Name, int Size)> axes)
    {
        if (Find(name, axes) is not { } value) return null;
        var parameter = new Parameter(name, value);
        _taken.Add(parameter);
        return parameter;
    }

    /// <summary>A matrix [outputs, inputs] and, where there is one, its bias.</summary>
    public Layers.TrainedLinear Linear(string name, (string Name, int Size) inputs, (string Name, int Size) outputs) =>
        new(Take($"{name}.weight", outputs, inputs), TryTake($"{name}.bias", outputs));

    /// <summary>Names the family has that no layer took: parts of the model that this trainer does not know.</summary>
    public abstract IReadOnlyCollection<string> Left { get; }

    /// <summary>First numbers of a parameter, in new memory; null where the family has no such parameter.</summary>
    protected abstract Tensor? Find(string name, ReadOnlySpan<(string Name, int Size)> axes);
}
