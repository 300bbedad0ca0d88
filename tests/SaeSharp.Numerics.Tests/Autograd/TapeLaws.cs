using SaeSharp.Numerics.Autograd;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Tests.Conformance;

namespace SaeSharp.Numerics.Tests.Autograd;

public sealed class TapeLaws
{
    private static readonly Backend Reference = Backends.Reference.Instance;

    [Fact]
    public void A_second_pass_doubles_the_gradients_of_parameters()
    {
        var (x, w) = (Leaf(3, 4), Leaf(4, 5));
        using var tape = new Tape(Reference);
        var loss = tape.SumOfSquares(tape.Activate(Activation.Silu, tape.MatMul(x, w)));

        tape.Backward(loss);
        var once = w.Gradient!.Clone();
        tape.Backward(loss);

        Assert.Null(new Tolerance(4).Difference(Twice(once), w.Gradient));
    }

    [Fact]
    public void Gradients_of_two_micro_batches_add_up_to_that_of_the_batch()
    {
        var (x, w) = (Leaf(6, 4), Leaf(4, 5));
        int[] targets = [0, 4, 2, 1, -1, 3];
        var whole = GradientOf(w, tape => tape.Sum(tape.CrossEntropy(tape.MatMul(x, w), targets)));

        w.ClearGradient();
        foreach (var (start, count) in new[] { (0, 2), (2, 4) })
        {
            using var tape = new Tape(Reference);
            tape.Backward(tape.Sum(tape.CrossEntropy(tape.MatMul(tape.Rows(x, start, count), w), targets[start..(start + count)])));
        }

        Assert.Null(new Tolerance(64, 1).Difference(whole, w.Gradient!));
    }

    [Fact]
    public void A_variable_used_twice_gets_both_gradients()
    {
        var x = Leaf(3, 3);
        var square = GradientOf(x, tape => tape.Sum(tape.Multiply(x, x)));
        x.ClearGradient();

        Assert.Null(Tolerance.Rounding.Difference(Twice(x.Value), square));
    }

    [Fact]
    public void No_gradient_reaches_constants_or_what_was_detached()
    {
        var (x, w) = (Leaf(2, 3), Leaf(3, 3));
        var constant = Variable.Constant(new Draw(5, DType.F64, 4).Normals(3, 3));
        using var tape = new Tape(Reference);

        tape.Backward(tape.Sum(tape.MatMul(tape.MatMul(tape.Detach(x), constant), w)));

        Assert.Null(x.Gradient);
        Assert.Null(constant.Gradient);
        Assert.NotNull(w.Gradient);
    }

    [Fact]
    public void What_is_computed_from_constants_alone_needs_no_gradient()
    {
        using var tape = new Tape(Reference);

        Assert.False(tape.Scale(Variable.Constant(Tensor.Zeros(DType.F64, 2)), 3).NeedsGradient);
    }

    [Fact]
    public void Parameters_keep_their_numbers_and_gradients_when_a_tape_ends()
    {
        var x = Leaf(4, 2);
        var before = x.Value.Clone();
        using (var tape = new Tape(Reference)) tape.Backward(tape.Sum(tape.Reshape(tape.Rows(x, 1, 2), 4)));

        Assert.True(Tolerance.SameBits(before, x.Value));
        Assert.Equal([0, 0, 1, 1, 1, 1, 0, 0], Numbers(x.Gradient!));
    }

    [Fact]
    public void Backward_starts_from_one_number()
    {
        using var tape = new Tape(Reference);
        var error = Assert.Throws<ShapeException>(() => tape.Backward(tape.Scale(Leaf(2, 3), 2)));

        Assert.Equal("'loss' is [2, 3], expected one number.", error.Message);
    }

    [Fact]
    public void An_sae_with_a_top_k_code_learns_to_reconstruct()
    {
        // The losses of SAEs without a fused step are written like this one.
        var draw = new Draw(3, DType.F64, 8);
        var x = Variable.Constant(draw.Normals(32, 6));
        var (encoder, decoder) = (Variable.Parameter(draw.Normals(6, 12)), Variable.Parameter(draw.Normals(12, 6)));
        var losses = new List<double>();
        for (var step = 0; step < 60; step++)
        {
            using var tape = new Tape(Reference);
            var (values, indices) = tape.TopK(tape.MatMul(x, encoder), 3);
            var reconstruction = tape.SparseDecode(tape.Activate(Activation.Relu, values), indices, decoder, null);
            var loss = tape.Scale(tape.SumOfSquares(tape.Add(x, tape.Scale(reconstruction, -1))), 1.0 / 32);
            tape.Backward(loss);
            losses.Add(loss.Value.Read(0));
            foreach (var parameter in new[] { encoder, decoder })
            {
                Reference.Scale(parameter.Gradient!, -0.02, parameter.Gradient!);
                Reference.Add(parameter.Value, parameter.Gradient!, parameter.Value);
                parameter.ClearGradient();
            }
        }

        Assert.True(losses[^1] < losses[0] / 4, $"The loss went from {losses[0]} to {losses[^1]}.");
    }

    private static Variable Leaf(params ReadOnlySpan<int> shape) => Variable.Parameter(new Draw(shape.Length + shape[0], DType.F64, 8).Normals(shape));

    private static Tensor GradientOf(Variable leaf, Func<Tape, Variable> loss)
    {
        using var tape = new Tape(Reference);
        tape.Backward(loss(tape));
        return leaf.Gradient!.Clone();
    }

    private static Tensor Twice(Tensor x)
    {
        var y = Tensor.Zeros(x.DType, x.Shape);
        Reference.Scale(x, 2, y);
        return y;
    }

    private static double[] Numbers(Tensor x) => [.. Enumerable.Range(0, (int)x.Count).Select(i => x.Read(i))];
}
