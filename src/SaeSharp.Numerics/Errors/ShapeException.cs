namespace SaeSharp.Numerics;

/// <summary>A tensor reached a public method with the wrong shape or element type.</summary>
public sealed class ShapeException : SaeSharpException
{
    private ShapeException(string message, string hint) : base(message, hint) { }

    internal static ShapeException Mismatch(string what, string expected, string actual) => new(
        $"'{what}' is {actual}, expected {expected}.",
        "Check that the SAE was trained on this model and hook point: sae info SAE.");

    internal static ShapeException WrongType(string what, DType expected, DType actual) => new(
        $"'{what}' holds {actual}, expected {expected}.",
        "Convert it first with Tensor.To.");

    internal static ShapeException TooLarge(string shape) => new(
        $"A tensor of shape {shape} has more elements than memory can address.",
        "Check the sizes; split the work into smaller parts.");
}
