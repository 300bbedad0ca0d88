using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training.Optimisers;

/// <summary>A weight that training changes, with its gradient and what its optimiser remembers of it, all of one shape.</summary>
internal sealed class TrainedTensor
{
    private readonly IReadOnlyList<string> _momentNames;

    public TrainedTensor(string name, Optimiser optimiser, DType type, params ReadOnlySpan<int> shape)
    {
        (Name, Value, Gradient, _momentNames) = (name, Tensor.Zeros(type, shape), Tensor.Zeros(type, shape), optimiser.MomentNames(shape.Length));
        Moments = new Tensor[_momentNames.Count];
        for (var i = 0; i < Moments.Length; i++) Moments[i] = Tensor.Zeros(type, shape);
    }

    public string Name { get; }

    public Tensor Value { get; }

    public Tensor Gradient { get; }

    /// <summary>One for each of the optimiser's <see cref="Optimiser.MomentNames(int)"/>.</summary>
    public Tensor[] Moments { get; }

    /// <summary>What a checkpoint keeps of it.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State => Moments.Select((moment, i) => ($"{Name}.{_momentNames[i]}", moment)).Prepend((Name, Value));
}
