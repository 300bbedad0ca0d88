namespace SaeSharp.Numerics.Backends;

public abstract partial class Backend
{
    /// <summary>One Adam step over all elements: updates parameter, mean and meanSquare in place. All shapes equal.</summary>
    public void Adam(Tensor parameter, Tensor gradient, Tensor mean, Tensor meanSquare, AdamStep step)
    {
        RequireFloat(parameter, nameof(parameter));
        Shape.RequireSame(parameter, gradient);
        Shape.RequireSame(parameter, mean);
        Shape.RequireSame(parameter, meanSquare);
        AdamCore(parameter, gradient, mean, meanSquare, step);
    }

    /// <summary>Σ x² over all elements, in f64, independent of the number of threads.</summary>
    public double SumOfSquares(Tensor x)
    {
        RequireFloat(x, nameof(x));
        return SumOfSquaresCore(x);
    }

    /// <summary>norms[row] = ‖x[row]‖₂: [n, d] → [n].</summary>
    public void RowNorms(Tensor x, Tensor norms)
    {
        RequireFloat(x, nameof(x));
        Shape.Require(norms, x.DType, [("n", x.RowCount)]);
        RowNormsCore(x, norms);
    }

    protected abstract void AdamCore(Tensor parameter, Tensor gradient, Tensor mean, Tensor meanSquare, AdamStep step);
    protected abstract double SumOfSquaresCore(Tensor x);
    protected abstract void RowNormsCore(Tensor x, Tensor norms);
}
