using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests;

/// <summary>What people read when a tensor does not fit.</summary>
public sealed class ShapeErrors
{
    private static readonly Backend Reference = Backends.Reference.Instance;

    [Fact]
    public void A_wrong_axis_is_shown_beside_the_expected_one()
    {
        var x = Zeros(512, 1024);
        var error = Assert.Throws<ShapeException>(() => Shape.Require(x, [("dIn", 768)]));

        Assert.Equal("'x' is [512, 1024], expected [.., dIn=768].", error.Message);
        Assert.Equal("Check that the SAE was trained on this model and hook point: sae info SAE.", error.Hint);
    }

    [Fact]
    public void All_axes_are_shown_where_all_are_fixed()
    {
        var x = Zeros(3, 4);

        Assert.Equal("'x' is [3, 4], expected [rows=3, n=5].", Assert.Throws<ShapeException>(() => Shape.Require(x, [("rows", 3), ("n", 5)])).Message);
    }

    [Fact]
    public void Leading_axes_are_free()
    {
        Shape.Require(Zeros(2, 3, 4), [("n", 4)]);
        Shape.Require(Zeros(4), DType.F32, [("n", 4)]);
    }

    [Fact]
    public void Too_few_axes_do_not_fit()
    {
        var x = Zeros(4);

        Assert.Throws<ShapeException>(() => Shape.Require(x, [("rows", 1), ("n", 4)]));
    }

    [Fact]
    public void A_wrong_type_is_named()
    {
        var x = Zeros(4);
        var error = Assert.Throws<ShapeException>(() => Shape.Require(x, DType.F64, [("n", 4)]));

        Assert.Equal("'x' holds F32, expected F64.", error.Message);
        Assert.Equal("Convert it first with Tensor.To.", error.Hint);
    }

    [Fact]
    public void Two_tensors_that_must_match_are_both_named()
    {
        var (a, b) = (Zeros(2, 3), Zeros(3, 2));

        Assert.Equal("'b' is [3, 2], expected [2, 3] like 'a'.", Assert.Throws<ShapeException>(() => Reference.Add(a, b, a)).Message);
    }

    [Fact]
    public void A_product_whose_inner_sizes_differ_says_so() =>
        Assert.Equal("'b' is [4, 5], expected an inner size of 3 to fit a [2, 3].", Assert.Throws<ShapeException>(() => Reference.MatMul(Zeros(2, 3), Zeros(4, 5), Zeros(2, 5))).Message);

    [Fact]
    public void Ids_outside_a_table_are_refused()
    {
        var error = Assert.Throws<OptionException>(() => Reference.Embed([1, 7], Zeros(7, 2), Zeros(2, 2)));

        Assert.Equal("Token id 7 lies outside the vocabulary of 7.", error.Message);
        Assert.Equal("Check that the tokenizer belongs to this model.", error.Hint);
    }

    private static Tensor Zeros(params ReadOnlySpan<int> shape) => Tensor.Zeros(DType.F32, shape);
}
