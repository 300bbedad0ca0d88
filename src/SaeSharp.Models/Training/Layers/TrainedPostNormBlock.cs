using SaeSharp.Numerics;

namespace SaeSharp.Models.Training.Layers;

/// <summary>x = norm1(x + attention(x)), then x = norm2(x + mlp(x)).</summary>
internal sealed class TrainedPostNormBlock : TrainedBlock
{
    private readonly Half _attention, _mlp;

    public TrainedPostNormBlock(ParameterSource parameters, RowSpace space, TransformerSpec spec, int layer, TrainedRotary? rotary)
    {
        var name = $"blocks.{layer}";
        _attention = new(new TrainedAttention(parameters, space, spec, layer, rotary), parameters, space, spec, $"{name}.norm1");
        _mlp = new(TrainedBranch.Mlp(parameters, space, spec, layer), parameters, space, spec, $"{name}.norm2");
    }

    public override Tensor Forward(StepContext context, Tensor x) => _mlp.Forward(context, _attention.Forward(context, x));

    public override void Backward(StepContext context, Tensor x, Tensor gradient)
    {
        _mlp.Backward(context, _attention.After, gradient);
        _attention.Backward(context, x, gradient);
    }

    /// <summary>norm(x + branch(x)).</summary>
    private sealed class Half
    {
        private readonly TrainedBranch _branch;
        private readonly TrainedNorm _norm;
        private readonly RowTensor _sum, _after, _dBranch;

        public Half(TrainedBranch branch, ParameterSource parameters, RowSpace space, TransformerSpec spec, string norm)
        {
            _branch = branch;
            _norm = TrainedNorm.Find(parameters, norm, spec.Norm, ("dModel", spec.DModel)) ?? throw new InvalidOperationException("A block with norms in the stream needs both.");
            (_sum, _after, _dBranch) = (space.Own(spec.DModel), space.Own(spec.DModel), space.Shared(RowSlot.NormedGradient, spec.DModel));
        }

        public Tensor After => _after.Value;

        public Tensor Forward(StepContext context, Tensor x)
        {
            _branch.Forward(context, x, _sum.Value);
            context.Backend.Add(x, _sum.Value, _sum.Value);
            _norm.Forward(context, _sum.Value, _after.Value);
            return _after.Value;
        }

        public void Backward(StepContext context, Tensor x, Tensor gradient)
        {
            _norm.Backward(context, _sum.Value, gradient, gradient);
            _branch.Backward(context, x, gradient, _dBranch.Value);
            context.Backend.Add(gradient, _dBranch.Value, gradient);
        }
    }
}
