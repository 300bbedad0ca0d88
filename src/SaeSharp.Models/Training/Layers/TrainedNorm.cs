using SaeSharp.Numerics;

namespace SaeSharp.Models.Training.Layers;

/// <summary>A norm with its gain and bias.</summary>
internal sealed class TrainedNorm(Norm norm, Parameter gain, Parameter? bias)
{
    /// <summary>The norm that has <c>{name}.gain</c>, and <c>{name}.bias</c> where it is there; null where the family's table has neither.</summary>
    public static TrainedNorm? Find(ParameterSource parameters, string name, Norm norm, (string Name, int Size) axis) =>
        parameters.TryTake($"{name}.gain", axis) is { } gain ? new(norm, gain, parameters.TryTake($"{name}.bias", axis)) : null;

    /// <summary>[.., n] → same; y may be x.</summary>
    public void Forward(StepContext context, Tensor x, Tensor y)
    {
        switch (norm)
        {
            case Norm.Rms rms: context.Backend.RmsNorm(x, gain.Value, rms.Epsilon, y); break;
            case Norm.Layer layer: context.Backend.LayerNorm(x, gain.Value, bias?.Value, layer.Epsilon, y); break;
            default: throw new NotSupportedException($"No layer for {norm}.");
        }
    }

    /// <summary>Adds the parameters' gradients and writes dx, which may be dy.</summary>
    public void Backward(StepContext context, Tensor x, Tensor dy, Tensor dx)
    {
        var (dGain, dBias) = context.LearnsParameters ? (gain.Gradient, bias?.Gradient) : (null, null);
        switch (norm)
        {
            case Norm.Rms rms: context.Backend.RmsNormBackward(x, gain.Value, rms.Epsilon, dy, dx, dGain); break;
            case Norm.Layer layer: context.Backend.LayerNormBackward(x, gain.Value, layer.Epsilon, dy, dx, dGain, dBias); break;
            default: throw new NotSupportedException($"No layer for {norm}.");
        }
    }
}
