using SaeSharp.Numerics.Autograd;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Tests.Conformance;

namespace SaeSharp.Numerics.Tests.Autograd;

/// <summary>An op of the tape with the leaves it is differentiated by.</summary>
/// <param name="Leaves">Parameters the result depends on.</param>
/// <param name="Forward">Runs the op.</param>
internal sealed record GradientCheck(Variable[] Leaves, Func<Tape, Variable> Forward)
{
    private const double Step = 1e-5;

    /// <summary>Truncation (step² = 1e-10 times a third derivative) and rounding (1e-16 / step) of central differences.</summary>
    private const double Tolerance = 2e-7;

    /// <summary>Compares every leaf's gradient of Σ result ⊙ upstream, upstream drawn, with central differences.</summary>
    public void Require(Draw draw, string label)
    {
        using var tape = new Tape(Reference.Instance);
        var result = Forward(tape);
        var upstream = draw.Normals(result.Value.Shape);
        tape.Backward(result, upstream);
        for (var leaf = 0; leaf < Leaves.Length; leaf++)
        {
            var value = Leaves[leaf].Value;
            for (var i = 0L; i < value.Count; i++)
            {
                var expected = (Shifted(value, i, Step, upstream) - Shifted(value, i, -Step, upstream)) / (2 * Step);
                var actual = Leaves[leaf].Gradient?.Read(i) ?? 0;
                Assert.True(Math.Abs(expected - actual) <= Tolerance * (1 + Math.Abs(expected)),
                    $"{label}: gradient of leaf {leaf} {value.ShapeText}, element {i}, is {actual:R}; differences give {expected:R}.");
            }
        }
    }

    private double Shifted(Tensor value, long index, double step, Tensor upstream)
    {
        var before = value.Read(index);
        value.Write(index, before + step);
        using var tape = new Tape(Reference.Instance);
        var result = Forward(tape).Value;
        var sum = 0.0;
        for (var i = 0L; i < result.Count; i++) sum += result.Read(i) * upstream.Read(i);
        value.Write(index, before);
        return sum;
    }
}
