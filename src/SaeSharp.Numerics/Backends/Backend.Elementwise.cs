namespace SaeSharp.Numerics.Backends;

public abstract partial class Backend
{
    /// <summary>y = a + b; y may be a or b. All shapes equal.</summary>
    public void Add(Tensor a, Tensor b, Tensor y)
    {
        RequireFloat(a, nameof(a));
        Shape.RequireSame(a, b);
        Shape.RequireSame(a, y);
        AddCore(a, b, y);
    }

    /// <summary>y = a ⊙ b; y may be a or b.</summary>
    public void Multiply(Tensor a, Tensor b, Tensor y)
    {
        RequireFloat(a, nameof(a));
        Shape.RequireSame(a, b);
        Shape.RequireSame(a, y);
        MultiplyCore(a, b, y);
    }

    /// <summary>y = c·x; y may be x.</summary>
    public void Scale(Tensor x, double factor, Tensor y)
    {
        RequireFloat(x, nameof(x));
        Shape.RequireSame(x, y);
        ScaleCore(x, factor, y);
    }

    /// <summary>y = x + bias on every row, [.., n] + [n]; y may be x.</summary>
    public void AddRow(Tensor x, Tensor bias, Tensor y)
    {
        RequireFloat(x, nameof(x));
        Shape.Require(bias, x.DType, [("n", x.Columns)]);
        Shape.RequireSame(x, y);
        AddRowCore(x, bias, y);
    }

    /// <summary>y = x ⊙ factors on every row, [.., n] ⊙ [n]; y may be x.</summary>
    public void MultiplyRow(Tensor x, Tensor factors, Tensor y)
    {
        RequireFloat(x, nameof(x));
        Shape.Require(factors, x.DType, [("n", x.Columns)]);
        Shape.RequireSame(x, y);
        MultiplyRowCore(x, factors, y);
    }

    /// <summary>y = cap·tanh(x / cap): numbers far beyond ±cap end there (Gemma 2, arXiv:2408.00118); y may be x.</summary>
    public void SoftCap(Tensor x, double cap, Tensor y)
    {
        RequireFloat(x, nameof(x));
        Shape.RequireSame(x, y);
        SoftCapCore(x, OptionException.Positive(cap), y);
    }

    /// <summary>sums += Σ over rows of x: [.., n] → [n]; the gradient of a bias.</summary>
    public void AddColumnSums(Tensor x, Tensor sums)
    {
        RequireFloat(x, nameof(x));
        Shape.Require(sums, x.DType, [("n", x.Columns)]);
        AddColumnSumsCore(x, sums);
    }

    /// <summary>y = activation(x); y may be x.</summary>
    public void Activate(Activation activation, Tensor x, Tensor y)
    {
        RequireFloat(x, nameof(x));
        Shape.RequireSame(x, y);
        ActivateCore(activation, x, y);
    }

    /// <summary>dx = activation'(x) ⊙ dy; dx may be dy.</summary>
    public void ActivateBackward(Activation activation, Tensor x, Tensor dy, Tensor dx)
    {
        RequireFloat(x, nameof(x));
        Shape.RequireSame(x, dy);
        Shape.RequireSame(x, dx);
        ActivateBackwardCore(activation, x, dy, dx);
    }

    protected abstract void AddCore(Tensor a, Tensor b, Tensor y);
    protected abstract void MultiplyCore(Tensor a, Tensor b, Tensor y);
    protected abstract void ScaleCore(Tensor x, double factor, Tensor y);
    protected abstract void AddRowCore(Tensor x, Tensor bias, Tensor y);
    protected abstract void MultiplyRowCore(Tensor x, Tensor factors, Tensor y);
    protected abstract void SoftCapCore(Tensor x, double cap, Tensor y);
    protected abstract void AddColumnSumsCore(Tensor x, Tensor sums);
    protected abstract void ActivateCore(Activation activation, Tensor x, Tensor y);
    protected abstract void ActivateBackwardCore(Activation activation, Tensor x, Tensor dy, Tensor dx);
}
