using SaeSharp.Numerics;

namespace SaeSharp.Models.Training.Layers;

/// <summary>down(activation(up(x))).</summary>
internal sealed class TrainedPlainMlp : TrainedBranch
{
    private readonly Mlp.Plain _mlp;
    private readonly TrainedLinear _up, _down;
    private readonly RowTensor _linear, _hidden, _dHidden;

    public TrainedPlainMlp(ParameterSource parameters, RowSpace space, int dModel, Mlp.Plain mlp, int layer)
    {
        var name = $"blocks.{layer}.mlp";
        _mlp = mlp;
        var (stream, hidden) = (("dModel", dModel), ("dMlp", mlp.DMlp));
        _up = parameters.Linear($"{name}.up", stream, hidden);
        _down = parameters.Linear($"{name}.down", hidden, stream);
        (_linear, _hidden, _dHidden) = (space.Own(mlp.DMlp), space.Own(mlp.DMlp), space.Shared(RowSlot.HiddenGradient, mlp.DMlp));
    }

    public override void Forward(StepContext context, Tensor x, Tensor y)
    {
        _up.Forward(context, x, _linear.Value);                                    // [rows, dMlp]
        context.Backend.Activate(_mlp.Activation, _linear.Value, _hidden.Value);
        _down.Forward(context, _hidden.Value, y);
    }

    public override void Backward(StepContext context, Tensor x, Tensor dy, Tensor dx)
    {
        var dHidden = _dHidden.Value;                                              // [rows, dMlp]
        _down.Backward(context, _hidden.Value, dy, dHidden);
        context.Backend.ActivateBackward(_mlp.Activation, _linear.Value, dHidden, dHidden);
        _up.Backward(context, x, dHidden, dx);
    }
}
