namespace SaeSharp.Numerics.Backends;

public abstract partial class Backend
{
    /// <summary>y = x / √(mean(x²) + ε) ⊙ gain on every row; y may be x. RMSNorm, arXiv:1910.07467 Eq. 4. A null gain counts as 1.</summary>
    public void RmsNorm(Tensor x, Tensor? gain, double epsilon, Tensor y)
    {
        RequireFloat(x, nameof(x));
        if (gain is not null) Shape.Require(gain, x.DType, [("n", x.Columns)]);
        Shape.RequireSame(x, y);
        RmsNormCore(x, gain, epsilon, y);
    }

    /// <summary>dx = gradient through <see cref="RmsNorm"/>; dGain += its gradient where it is not null. dx may be dy.</summary>
    public void RmsNormBackward(Tensor x, Tensor? gain, double epsilon, Tensor dy, Tensor dx, Tensor? dGain)
    {
        RequireFloat(x, nameof(x));
        Shape.RequireSame(x, dy);
        Shape.RequireSame(x, dx);
        if (gain is not null) Shape.Require(gain, x.DType, [("n", x.Columns)]);
        if (dGain is not null) Shape.Require(dGain, x.DType, [("n", x.Columns)]);
        RmsNormBackwardCore(x, gain, epsilon, dy, dx, dGain);
    }

    /// <summary>y = (x − mean) / √(var + ε) ⊙ gain + bias on every row, var without Bessel's correction; y may be x. arXiv:1607.06450.</summary>
    public void LayerNorm(Tensor x, Tensor? gain, Tensor? bias, double epsilon, Tensor y)
    {
        RequireFloat(x, nameof(x));
        if (gain is not null) Shape.Require(gain, x.DType, [("n", x.Columns)]);
        if (bias is not null) Shape.Require(bias, x.DType, [("n", x.Columns)]);
        Shape.RequireSame(x, y);
        LayerNormCore(x, gain, bias, epsilon, y);
    }

    /// <summary>dx = gradient through <see cref="LayerNorm"/>; dGain and dBias += theirs where not null. dx may be dy.</summary>
    public void LayerNormBackward(Tensor x, Tensor? gain, double epsilon, Tensor dy, Tensor dx, Tensor? dGain, Tensor? dBias)
    {
        RequireFloat(x, nameof(x));
        Shape.RequireSame(x, dy);
        Shape.RequireSame(x, dx);
        if (gain is not null) Shape.Require(gain, x.DType, [("n", x.Columns)]);
        if (dGain is not null) Shape.Require(dGain, x.DType, [("n", x.Columns)]);
        if (dBias is not null) Shape.Require(dBias, x.DType, [("n", x.Columns)]);
        LayerNormBackwardCore(x, gain, epsilon, dy, dx, dGain, dBias);
    }

    /// <summary>y = exp(x − max) / Σ exp(x − max) on every row; y may be x. −∞ gives 0.</summary>
    public void Softmax(Tensor x, Tensor y)
    {
        RequireFloat(x, nameof(x));
        Shape.RequireSame(x, y);
        SoftmaxCore(x, y);
    }

    /// <summary>dx = y ⊙ (dy − Σ y ⊙ dy) on every row, y being the softmax; dx may be dy.</summary>
    public void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx)
    {
        RequireFloat(y, nameof(y));
        Shape.RequireSame(y, dy);
        Shape.RequireSame(y, dx);
        SoftmaxBackwardCore(y, dy, dx);
    }

    protected abstract void RmsNormCore(Tensor x, Tensor? gain, double epsilon, Tensor y);
    protected abstract void RmsNormBackwardCore(Tensor x, Tensor? gain, double epsilon, Tensor dy, Tensor dx, Tensor? dGain);
    protected abstract void LayerNormCore(Tensor x, Tensor? gain, Tensor? bias, double epsilon, Tensor y);
    protected abstract void LayerNormBackwardCore(Tensor x, Tensor? gain, double epsilon, Tensor dy, Tensor dx, Tensor? dGain, Tensor? dBias);
    protected abstract void SoftmaxCore(Tensor x, Tensor y);
    protected abstract void SoftmaxBackwardCore(Tensor y, Tensor dy, Tensor dx);
}
