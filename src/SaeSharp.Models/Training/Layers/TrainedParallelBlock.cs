using SaeSharp.Numerics;

namespace SaeSharp.Models.Training.Layers;

/// <summary>x += attention(norm1(x)) + mlp(norm2(x)); without norm2 both read norm1(x).</summary>
internal sealed class TrainedParallelBlock : TrainedBlock
{
    private readonly TrainedNorm _norm1;
    private readonly TrainedNorm? _norm2;
    private readonly TrainedBranch _attention, _mlp;
    private readonly RowTensor _normed1, _normed2, _after, _added, _dNormed, _dOther;

    public TrainedParallelBlock(ParameterSource parameters, RowSpace space, TransformerSpec spec, int layer, TrainedRotary? rotary)
    {
        var (name, stream) = ($"blocks.{layer}", ("dModel", spec.DModel));
        _norm1 = TrainedNorm.Find(parameters, $"{name}.norm1", spec.Norm, stream) ?? throw new InvalidOperationException($"The family's weight table has no row for '{name}.norm1.gain'.");
        _attention = new TrainedAttention(parameters, space, spec, layer, rotary);
        _norm2 = TrainedNorm.Find(parameters, $"{name}.norm2", spec.Norm, stream);
        _mlp = TrainedBranch.Mlp(parameters, space, spec, layer);
        (_normed1, _after) = (space.Own(spec.DModel), space.Own(spec.DModel));
        _normed2 = _norm2 is null ? _normed1 : space.Own(spec.DModel);
        _added = space.Shared(RowSlot.Added, spec.DModel);
        (_dNormed, _dOther) = (space.Shared(RowSlot.NormedGradient, spec.DModel), space.Shared(RowSlot.AddedGradient, spec.DModel));
    }

    public override Tensor Forward(StepContext context, Tensor x)
    {
        var after = _after.Value;
        _norm1.Forward(context, x, _normed1.Value);
        _attention.Forward(context, _normed1.Value, _added.Value);
        context.Backend.Add(x, _added.Value, after);
        _norm2?.Forward(context, x, _normed2.Value);
        _mlp.Forward(context, _normed2.Value, _added.Value);
        context.Backend.Add(after, _added.Value, after);
        return after;
    }

    public override void Backward(StepContext context, Tensor x, Tensor gradient)
    {
        var (dx, dOther) = (_dNormed.Value, _dOther.Value);                         // [rows, dModel]
        _mlp.Backward(context, _normed2.Value, gradient, dOther);
        _attention.Backward(context, _normed1.Value, gradient, dx);
        if (_norm2 is null) context.Backend.Add(dx, dOther, dx);
        _norm1.Backward(context, x, dx, dx);
        context.Backend.Add(gradient, dx, gradient);
        if (_norm2 is null) return;
        _norm2.Backward(context, x, dOther, dOther);
        context.Backend.Add(gradient, dOther, gradient);
    }
}
