namespace SaeSharp.Numerics.Autograd;

public sealed partial class Tape
{
    /// <summary>The same numbers under another shape. No copy.</summary>
    public Variable Reshape(Variable x, params ReadOnlySpan<int> shape) =>
        Record(x.Value.Reshape(shape), [x], dy => x.AddGradient(backend, dy.CopyTo));

    /// <summary><paramref name="count"/> entries of the first axis from <paramref name="start"/>. No copy.</summary>
    public Variable Rows(Variable x, int start, int count) => Record(x.Value.Rows(start, count), [x], dy =>
    {
        var part = x.GradientSum()!.Rows(start, count);
        backend.Add(part, dy, part);
    });

    /// <summary>The same numbers as a constant: no gradient flows back.</summary>
    public Variable Detach(Variable x) => Record(x.Value, [], static _ => { });
}
