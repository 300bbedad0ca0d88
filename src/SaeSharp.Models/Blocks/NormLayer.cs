using SaeSharp.Models.Families;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>A norm of the residual stream with its gain.</summary>
internal sealed class NormLayer
{
    private readonly Norm _norm;
    private readonly Tensor _gain;

    /// <summary>Takes <c>{name}.gain</c>.</summary>
    public NormLayer(ModelWeights weights, string name, TransformerSpec spec, DType computeType)
    {
        _norm = spec.Norm;
        _gain = weights.Take($"{name}.gain", ("dModel", spec.DModel)).To(computeType);
    }

    /// <summary>[.., dModel] → same; y may be x.</summary>
    public void Forward(Backend backend, Tensor x, Tensor y)
    {
        switch (_norm)
        {
            case Norm.Rms rms: backend.RmsNorm(x, _gain, rms.Epsilon, y); break;
            default: throw new NotSupportedException($"No block for {_norm}.");
        }
    }
}
