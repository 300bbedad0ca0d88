using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Autograd;

/// <summary>A tensor that a <see cref="Tape"/> can send a gradient to: a parameter that outlives many tapes, a constant, or the result of a tape's op.</summary>
public sealed class Variable
{
    internal Variable(Tensor value, bool needsGradient) => (Value, NeedsGradient) = (value, needsGradient);

    /// <summary>The numbers. An optimiser may change a parameter's in place, between tapes.</summary>
    public Tensor Value { get; }

    /// <summary>d(loss)/d(value), shaped like it; null where none has arrived. A parameter's adds up over passes until <see cref="ClearGradient"/>.</summary>
    public Tensor? Gradient { get; private set; }

    /// <summary>False for constants and all that is computed from constants alone.</summary>
    public bool NeedsGradient { get; }

    /// <summary>A leaf that gradients are wanted for. The tensor is used in place.</summary>
    public static Variable Parameter(Tensor value) => new(value, true);

    /// <summary>A leaf that no gradient flows to. The tensor is used in place.</summary>
    public static Variable Constant(Tensor value) => new(value, false);

    /// <summary>Forgets the gradient and gives its memory back.</summary>
    public void ClearGradient()
    {
        Gradient?.Free();
        Gradient = null;
    }

    /// <summary>The gradient to add to, zero at first; null for a constant. For ops of the backend that accumulate.</summary>
    internal Tensor? GradientSum() => NeedsGradient ? Gradient ??= Tensor.Zeros(Value.DType, Value.Shape) : null;

    /// <summary>Adds what <paramref name="write"/> writes into a tensor shaped like the value. For ops that overwrite.</summary>
    internal void AddGradient(Backend backend, Action<Tensor> write)
    {
        if (!NeedsGradient) return;
        var part = Tensor.Zeros(Value.DType, Value.Shape);
        write(part);
        if (Gradient is null)
        {
            Gradient = part;
            return;
        }
        backend.Add(Gradient, part, Gradient);
        part.Free();
    }
}
