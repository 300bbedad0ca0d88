namespace SaeSharp.Numerics.Autograd;

public sealed partial class Tape
{
    /// <summary>x / √(mean(x²) + ε) ⊙ gain on every row; a null gain counts as 1.</summary>
    public Variable RmsNorm(Variable x, Variable? gain, double epsilon)
    {
        var y = Like(x);
        backend.RmsNorm(x.Value, gain?.Value, epsilon, y);
        return Record(y, [x, gain], dy => WithInputGradient(x, dx => backend.RmsNormBackward(x.Value, gain?.Value, epsilon, dy, dx, gain?.GradientSum())));
    }

    /// <summary>(x − mean) / √(var + ε) ⊙ gain + bias on every row; a null gain counts as 1, a null bias as 0.</summary>
    public Variable LayerNorm(Variable x, Variable? gain, Variable? bias, double epsilon)
    {
        var y = Like(x);
        backend.LayerNorm(x.Value, gain?.Value, bias?.Value, epsilon, y);
        return Record(y, [x, gain, bias], dy =>
            WithInputGradient(x, dx => backend.LayerNormBackward(x.Value, gain?.Value, epsilon, dy, dx, gain?.GradientSum(), bias?.GradientSum())));
    }

    /// <summary>exp(x) / Σ exp(x) on every row.</summary>
    public Variable Softmax(Variable x)
    {
        var y = Like(x);
        backend.Softmax(x.Value, y);
        return Record(y, [x], dy => x.AddGradient(backend, dx => backend.SoftmaxBackward(y, dy, dx)));
    }

    /// <summary>Runs an op that writes the input's gradient beside the parameters', also where the input wants none.</summary>
    private void WithInputGradient(Variable x, Action<Tensor> write)
    {
        if (x.NeedsGradient)
        {
            x.AddGradient(backend, write);
            return;
        }
        var unwanted = Tensor.Zeros(x.Value.DType, x.Value.Shape);
        write(unwanted);
        unwanted.Free();
    }
}
