namespace SaeSharp.Numerics.Backends;

public sealed partial class Reference
{
    protected override void GatedActivationCore(Activation activation, Tensor gate, Tensor up, Tensor y)
    {
        for (var i = 0L; i < y.Count; i++) y.Write(i, Value(activation, gate.Read(i)) * up.Read(i));
    }

    protected override void GatedActivationBackwardCore(Activation activation, Tensor gate, Tensor up, Tensor dy, Tensor dGate, Tensor dUp)
    {
        for (var i = 0L; i < dy.Count; i++)
        {
            var (g, u, d) = (gate.Read(i), up.Read(i), dy.Read(i));
            dGate.Write(i, d * u * Slope(activation, g));
            dUp.Write(i, d * Value(activation, g));
        }
    }

    protected override void CrossEntropyWithGradientCore(Tensor logits, ReadOnlySpan<int> targets, Tensor dLosses, Tensor losses, Tensor dLogits)
    {
        CrossEntropyCore(logits, targets, losses);
        CrossEntropyBackwardCore(logits, targets, dLosses, dLogits);
    }
}
