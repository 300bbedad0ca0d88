using SaeSharp.Numerics;

namespace SaeSharp.Models.Training.Layers;

/// <summary>x += s·post1(attention(norm1(x))), then x += s·post2(mlp(norm2(x))); each norm where the family has it.</summary>
internal sealed class TrainedSequentialBlock : TrainedBlock
{
    private readonly TrainedNorm? _norm1, _norm2;
    private readonly TrainedBranchEnd _attention, _mlp;
    private readonly RowTensor _normed1, _mid, _normed2, _after, _dNormed;

    public TrainedSequentialBlock(ParameterSource parameters, RowSpace space, TransformerSpec spec, double scale, int layer, TrainedRotary? rotary)
    {
        var (name, stream) = ($"blocks.{layer}", ("dModel", spec.DModel));
        _norm1 = TrainedNorm.Find(parameters, $"{name}.norm1", spec.Norm, stream);
        _attention = new(new TrainedAttention(parameters, space, spec, layer, rotary), parameters, space, spec, $"{name}.post1", scale);
        _norm2 = TrainedNorm.Find(parameters, $"{name}.norm2", spec.Norm, stream);
        _mlp = new(TrainedBranch.Mlp(parameters, space, spec, layer), parameters, space, spec, $"{name}.post2", scale);
        (_normed1, _mid, _normed2, _after) = (space.Own(spec.DModel), space.Own(spec.DModel), space.Own(spec.DModel), space.Own(spec.DModel));
        _dNormed = space.Shared(RowSlot.NormedGradient, spec.DModel);
    }

    public override Tensor Forward(StepContext context, Tensor x)
    {
        _norm1?.Forward(context, x, _normed1.Value);
        _attention.Forward(context, _norm1 is null ? x : _normed1.Value, x, _mid.Value);
        _norm2?.Forward(context, _mid.Value, _normed2.Value);
        _mlp.Forward(context, _norm2 is null ? _mid.Value : _normed2.Value, _mid.Value, _after.Value);
        return _after.Value;
    }

    public override void Backward(StepContext context, Tensor x, Tensor gradient)
    {
        Half(context, _mlp, _norm2, _mid.Value, _normed2, gradient);
        Half(context, _attention, _norm1, x, _normed1, gradient);
    }

    private void Half(StepContext context, TrainedBranchEnd branch, TrainedNorm? norm, Tensor x, RowTensor normed, Tensor gradient)
    {
        var dx = _dNormed.Value;                                                    // [rows, dModel]
        branch.Backward(context, norm is null ? x : normed.Value, gradient, dx);
        norm?.Backward(context, x, dx, dx);
        context.Backend.Add(gradient, dx, gradient);
    }
}
