using SaeSharp.Numerics;

namespace SaeSharp.Models.Training.Layers;

/// <summary>One layer, there and back.</summary>
internal abstract class TrainedBlock
{
    /// <summary>Builds a layer as its spec says.</summary>
    public static TrainedBlock Of(ParameterSource parameters, RowSpace space, TransformerSpec spec, int layer, TrainedRotary? rotary) => spec.Residual switch
    {
        Residual.Sequential sequential => new TrainedSequentialBlock(parameters, space, spec, sequential.Scale, layer, rotary),
        Residual.Parallel => new TrainedParallelBlock(parameters, space, spec, layer, rotary),
        Residual.PostNorm => new TrainedPostNormBlock(parameters, space, spec, layer, rotary),
        _ => throw new NotSupportedException($"No layer for {spec.Residual}."),
    };

    /// <summary>The stream behind this layer, in memory of the layer; x [rows, dModel] must stay as it is until the way back.</summary>
    public abstract Tensor Forward(StepContext context, Tensor x);

    /// <summary>Adds the parameters' gradients and turns the gradient of the stream behind this layer into that of the stream x before it, in place.</summary>
    public abstract void Backward(StepContext context, Tensor x, Tensor gradient);
}
