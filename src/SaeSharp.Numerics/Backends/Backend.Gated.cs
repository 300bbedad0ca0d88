namespace SaeSharp.Numerics.Backends;

public abstract partial class Backend
{
    /// <summary>y = activation(gate) ⊙ up: the inside of a gated MLP (arXiv:2002.05202). y may be gate or up.</summary>
    public void GatedActivation(Activation activation, Tensor gate, Tensor up, Tensor y)
    {
        RequireFloat(gate, nameof(gate));
        Shape.RequireSame(gate, up);
        Shape.RequireSame(gate, y);
        GatedActivationCore(activation, gate, up, y);
    }

    /// <summary>Gradients of <see cref="GatedActivation"/>: dGate = dy ⊙ up ⊙ activation'(gate), dUp = dy ⊙ activation(gate). Either may be dy.</summary>
    public void GatedActivationBackward(Activation activation, Tensor gate, Tensor up, Tensor dy, Tensor dGate, Tensor dUp)
    {
        RequireFloat(gate, nameof(gate));
        Shape.RequireSame(gate, up);
        Shape.RequireSame(gate, dy);
        Shape.RequireSame(gate, dGate);
        Shape.RequireSame(gate, dUp);
        GatedActivationBackwardCore(activation, gate, up, dy, dGate, dUp);
    }

    /// <summary>Losses as <see cref="CrossEntropy"/> gives and gradients as <see cref="CrossEntropyBackward"/> gives, in one pass. dLogits may be logits.</summary>
    public void CrossEntropyWithGradient(Tensor logits, ReadOnlySpan<int> targets, Tensor dLosses, Tensor losses, Tensor dLogits)
    {
        RequireFloat(logits, nameof(logits));
        RequireTargets(logits, targets);
        Shape.Require(losses, logits.DType, [("rows", logits.RowCount)]);
        Shape.Require(dLosses, logits.DType, [("rows", logits.RowCount)]);
        Shape.RequireSame(logits, dLogits);
        CrossEntropyWithGradientCore(logits, targets, dLosses, losses, dLogits);
    }

    protected abstract void GatedActivationCore(Activation activation, Tensor gate, Tensor up, Tensor y);
    protected abstract void GatedActivationBackwardCore(Activation activation, Tensor gate, Tensor up, Tensor dy, Tensor dGate, Tensor dUp);
    protected abstract void CrossEntropyWithGradientCore(Tensor logits, ReadOnlySpan<int> targets, Tensor dLosses, Tensor losses, Tensor dLogits);
}
