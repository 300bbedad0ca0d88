using SaeSharp.Numerics;

namespace SaeSharp.Models.Training.Layers;

/// <summary>A half of a block with what is done to its output before it joins the stream: a norm, a factor, or nothing.</summary>
internal sealed class TrainedBranchEnd
{
    private readonly TrainedBranch _branch;
    private readonly TrainedNorm? _norm;
    private readonly double _scale;
    private readonly RowTensor _raw, _dRaw;

    public TrainedBranchEnd(TrainedBranch branch, ParameterSource parameters, RowSpace space, TransformerSpec spec, string norm, double scale)
    {
        (_branch, _scale) = (branch, scale);
        _norm = TrainedNorm.Find(parameters, norm, spec.Norm, ("dModel", spec.DModel));
        _raw = _norm is null ? space.Shared(RowSlot.Added, spec.DModel) : space.Own(spec.DModel);
        _dRaw = space.Shared(RowSlot.AddedGradient, spec.DModel);
    }

    /// <summary>y = stream + scale·norm(branch(x)), all [rows, dModel].</summary>
    public void Forward(StepContext context, Tensor x, Tensor stream, Tensor y)
    {
        var added = _raw.Value;
        _branch.Forward(context, x, added);
        if (_norm is not null)
        {
            added = context.Space.Shared(RowSlot.Added, added.Columns).Value;
            _norm.Forward(context, _raw.Value, added);
        }
        if (_scale != 1) context.Backend.Scale(added, _scale, added);
        context.Backend.Add(stream, added, y);
    }

    /// <summary>Adds the parameters' gradients and writes dx; what reaches the stream itself is dy.</summary>
    public void Backward(StepContext context, Tensor x, Tensor dy, Tensor dx)
    {
        var dAdded = dy;
        if (_scale != 1) context.Backend.Scale(dy, _scale, dAdded = _dRaw.Value);
        if (_norm is not null)
        {
            _norm.Backward(context, _raw.Value, dAdded, _dRaw.Value);
            dAdded = _dRaw.Value;
        }
        _branch.Backward(context, x, dAdded, dx);
    }
}
