using SaeSharp.Numerics;

namespace SaeSharp.Models.Training.Layers;

/// <summary>One half of a block: attention or MLP. The way back uses what the way there kept.</summary>
internal abstract class TrainedBranch
{
    /// <summary>x [rows, dModel] → y [rows, dModel].</summary>
    public abstract void Forward(StepContext context, Tensor x, Tensor y);

    /// <summary>Adds the parameters' gradients and writes dx [rows, dModel], which is not dy. x is that of the way there.</summary>
    public abstract void Backward(StepContext context, Tensor x, Tensor dy, Tensor dx);

    /// <summary>The MLP of a layer.</summary>
    public static TrainedBranch Mlp(ParameterSource parameters, RowSpace space, TransformerSpec spec, int layer) => spec.Mlp[layer] switch
    {
        Mlp.Gated gated => new TrainedGatedMlp(parameters, space, spec.DModel, gated, layer),
        Mlp.Plain plain => new TrainedPlainMlp(parameters, space, spec.DModel, plain, layer),
        _ => throw ModelException.NotTrainable("a mixture of experts"),
    };
}
