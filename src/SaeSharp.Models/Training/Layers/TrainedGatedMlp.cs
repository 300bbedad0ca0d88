using SaeSharp.Numerics;

namespace SaeSharp.Models.Training.Layers;

/// <summary>down(activation(gate(x)) ⊙ up(x)).</summary>
internal sealed class TrainedGatedMlp : TrainedBranch
{
    private readonly Mlp.Gated _mlp;
    private readonly TrainedLinear _gate, _up, _down;
    private readonly RowTensor _gated, _linear, _hidden, _dHidden, _dGate;

    public TrainedGatedMlp(ParameterSource parameters, RowSpace space, int dModel, Mlp.Gated mlp, int layer)
    {
        var name = $"blocks.{layer}.mlp";
        _mlp = mlp;
        var (stream, hidden) = (("dModel", dModel), ("dMlp", mlp.DMlp));
        _gate = parameters.Linear($"{name}.gate", stream, hidden);
        _up = parameters.Linear($"{name}.up", stream, hidden);
        _down = parameters.Linear($"{name}.down", hidden, stream);
        (_gated, _linear, _hidden) = (space.Own(mlp.DMlp), space.Own(mlp.DMlp), space.Own(mlp.DMlp));
        (_dHidden, _dGate) = (space.Shared(RowSlot.HiddenGradient, mlp.DMlp), space.Shared(RowSlot.GateGradient, mlp.DMlp));
    }

    public override void Forward(StepContext context, Tensor x, Tensor y)
    {
        _gate.Forward(context, x, _gated.Value);                                   // [rows, dMlp]
        _up.Forward(context, x, _linear.Value);                                    // [rows, dMlp]
        context.Backend.GatedActivation(_mlp.Activation, _gated.Value, _linear.Value, _hidden.Value);
        _down.Forward(context, _hidden.Value, y);
    }

    public override void Backward(StepContext context, Tensor x, Tensor dy, Tensor dx)
    {
        var (dHidden, dGate) = (_dHidden.Value, _dGate.Value);                      // [rows, dMlp]
        _down.Backward(context, _hidden.Value, dy, dHidden);
        context.Backend.GatedActivationBackward(_mlp.Activation, _gated.Value, _linear.Value, dHidden, dGate, dHidden); // dHidden becomes that of the linear half
        _gate.Backward(context, x, dGate, dx);
        _up.Backward(context, x, dHidden, dx, accumulate: true);
    }
}
