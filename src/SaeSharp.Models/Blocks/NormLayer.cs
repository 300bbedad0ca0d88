using SaeSharp.Models.Families;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>A norm with its gain and bias.</summary>
internal sealed class NormLayer
{
    private readonly Norm _norm;
    private readonly Tensor _gain;
    private readonly Tensor? _bias;

    /// <param name="norm">Which.</param>
    /// <param name="gain">[n].</param>
    /// <param name="bias">[n].</param>
    public NormLayer(Norm norm, Tensor gain, Tensor? bias) => (_norm, _gain, _bias) = (norm, gain, bias);

    /// <summary>The norm that has <c>{name}.gain</c>, and <c>{name}.bias</c> where it is there; null where the family's table has neither.</summary>
    public static NormLayer? Find(ModelWeights weights, string name, Norm norm, (string Name, int Size) axis) =>
        weights.TryTake($"{name}.gain", axis) is { } gain
            ? new(norm, gain.Read(weights.ComputeType), weights.TryTake($"{name}.bias", axis)?.Read(weights.ComputeType))
            : null;

    /// <summary>[.., n] → same; y may be x.</summary>
    public void Forward(Backend backend, Tensor x, Tensor y) => Forward(backend, x, _gain, _bias, y);

    /// <summary><see cref="Forward(Backend, Tensor, Tensor)"/> without the bias; y may be x.</summary>
    public void ForwardUnbiased(Backend backend, Tensor x, Tensor y) => Forward(backend, x, _gain, null, y);

    /// <summary>The norm's value before gain and bias; y may be x.</summary>
    public void ForwardRaw(Backend backend, Tensor x, Tensor y) => Forward(backend, x, null, null, y);

    /// <summary>What <see cref="ForwardRaw"/> left out.</summary>
    public void Finish(Backend backend, Tensor x, Tensor y)
    {
        backend.MultiplyRow(x, _gain, y);
        if (_bias is not null) backend.AddRow(y, _bias, y);
    }

    private void Forward(Backend backend, Tensor x, Tensor? gain, Tensor? bias, Tensor y)
    {
        switch (_norm)
        {
            case Norm.Rms rms: backend.RmsNorm(x, gain, rms.Epsilon, y); break;
            case Norm.Layer layer: backend.LayerNorm(x, gain, bias, layer.Epsilon, y); break;
            default: throw new NotSupportedException($"No block for {_norm}.");
        }
    }
}
