using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training;

/// <summary>A weight that training changes, with its gradient and its two Adam moments, all of one shape.</summary>
internal sealed class TrainedTensor(string name, DType type, params ReadOnlySpan<int> shape)
{
    public string Name { get; } = name;

    public Tensor Value { get; } = Tensor.Zeros(type, shape);

    public Tensor Gradient { get; } = Tensor.Zeros(type, shape);

    public Tensor Mean { get; } = Tensor.Zeros(type, shape);

    public Tensor MeanSquare { get; } = Tensor.Zeros(type, shape);

    /// <summary>What a checkpoint keeps of it.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State => [(Name, Value), ($"{Name}.mean", Mean), ($"{Name}.mean_square", MeanSquare)];
}
