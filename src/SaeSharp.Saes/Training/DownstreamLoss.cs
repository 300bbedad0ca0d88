using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training;

/// <summary>A loss behind the reconstruction, which is trained for in place of the squared error: what a model makes of it.</summary>
public abstract class DownstreamLoss
{
    /// <summary>The loss where the activations of the source's last batch are replaced, and its slopes.</summary>
    /// <param name="reconstruction">x̂ of raw activations [batch, dIn].</param>
    /// <param name="gradient">∂loss/∂x̂ [batch, dIn]; overwritten.</param>
    public abstract double Of(Tensor reconstruction, Tensor gradient);
}
