using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Autograd;

/// <summary>Runs ops forward and remembers how to run them backward: reverse-mode differentiation over the op set.</summary>
/// <remarks>
/// Each op is a method that computes a new <see cref="Variable"/> and records one closure; <see cref="Backward(Variable)"/> runs the closures from last to first.
/// A tape serves one forward pass: it owns every tensor it makes and frees them when disposed, while parameters and their gradients live on. Not for several threads.
/// <code>
/// using var tape = new Tape(backend);
/// var loss = tape.Mean(tape.CrossEntropy(tape.MatMul(x, w), targets));
/// tape.Backward(loss);          // w.Gradient now holds d(loss)/d(w)
/// </code>
/// </remarks>
public sealed partial class Tape(Backend backend) : IDisposable
{
    private readonly List<(Variable Output, Action<Tensor> Backward)> _steps = [];
    private readonly List<Tensor> _made = [];

    /// <summary>Adds the gradient of a single number, such as a mean loss, to every variable it was computed from.</summary>
    /// <exception cref="ShapeException">The loss has more than one element.</exception>
    public void Backward(Variable loss)
    {
        if (loss.Value.Count != 1) throw ShapeException.Mismatch(nameof(loss), "one number", loss.Value.ShapeText);
        var one = Tensor.Zeros(loss.Value.DType, loss.Value.Shape);
        one.Write(0, 1);
        Backward(loss, one);
        one.Free();
    }

    /// <summary>Adds the gradient of Σ output ⊙ <paramref name="upstream"/> to every variable the output was computed from.</summary>
    /// <remarks>A second pass over the same tape starts afresh for what the tape made; for parameters it adds up.</remarks>
    public void Backward(Variable output, Tensor upstream)
    {
        Shape.RequireSame(output.Value, upstream);
        foreach (var (made, _) in _steps) made.ClearGradient();
        output.AddGradient(backend, upstream.CopyTo);
        for (var i = _steps.Count - 1; i >= 0; i--)
            if (_steps[i].Output.Gradient is { } gradient)
                _steps[i].Backward(gradient);
    }

    /// <summary>Frees every tensor the tape made, the gradients of its results included. Parameters keep theirs.</summary>
    public void Dispose()
    {
        foreach (var (output, _) in _steps) output.ClearGradient();
        foreach (var tensor in _made) tensor.Free();
        _steps.Clear();
        _made.Clear();
    }

    private Tensor New(DType type, params ReadOnlySpan<int> shape)
    {
        var tensor = Tensor.Zeros(type, shape);
        _made.Add(tensor);
        return tensor;
    }

    private Tensor Like(Variable x) => New(x.Value.DType, x.Value.Shape);

    /// <summary>The result of an op. <paramref name="backward"/> gets its gradient and passes it on; it is not recorded where no input wants one.</summary>
    private Variable Record(Tensor value, ReadOnlySpan<Variable?> inputs, Action<Tensor> backward)
    {
        var needsGradient = false;
        foreach (var input in inputs) needsGradient |= input is { NeedsGradient: true };
        var output = new Variable(value, needsGradient);
        if (needsGradient) _steps.Add((output, backward));
        return output;
    }
}
