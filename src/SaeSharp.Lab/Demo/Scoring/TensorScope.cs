using SaeSharp.Numerics;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>Tensors that are given back together.</summary>
internal sealed class TensorScope : IDisposable
{
    private readonly List<Tensor> _tensors = [];

    public Tensor Add(Tensor tensor)
    {
        _tensors.Add(tensor);
        return tensor;
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors) tensor.Free();
        _tensors.Clear();
    }
}
