using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics;

/// <summary>Checks shapes where tensors enter public methods, so that the shape comments inside can be trusted.</summary>
public static class Shape
{
    /// <summary>The shape as people write it: <c>[8, 768]</c>.</summary>
    public static string Text(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";

    /// <summary>Throws <see cref="ShapeException"/> unless the last axes of <paramref name="tensor"/> are <paramref name="axes"/> and its type is <paramref name="type"/>.</summary>
    public static void Require(
        Tensor tensor, DType type, ReadOnlySpan<(string Name, int Size)> axes, [CallerArgumentExpression(nameof(tensor))] string what = "")
    {
        RequireType(tensor, type, what);
        Require(tensor, axes, what);
    }

    /// <summary>Throws <see cref="ShapeException"/> unless the last axes of <paramref name="tensor"/> are <paramref name="axes"/>.</summary>
    public static void Require(
        Tensor tensor, ReadOnlySpan<(string Name, int Size)> axes, [CallerArgumentExpression(nameof(tensor))] string what = "")
    {
        var shape = tensor.Shape;
        var fits = shape.Length >= axes.Length;
        for (var i = 1; fits && i <= axes.Length; i++) fits = shape[^i] == axes[^i].Size;
        if (fits) return;

        var wanted = new string[axes.Length];
        for (var i = 0; i < axes.Length; i++) wanted[i] = $"{axes[i].Name}={axes[i].Size}";
        var lead = shape.Length == axes.Length ? "" : ".., ";
        throw ShapeException.Mismatch(what, $"[{lead}{string.Join(", ", wanted)}]", Text(shape));
    }

    /// <summary>Throws unless both tensors have the same shape and type.</summary>
    public static void RequireSame(
        Tensor tensor, Tensor other, [CallerArgumentExpression(nameof(tensor))] string what = "", [CallerArgumentExpression(nameof(other))] string whatOther = "")
    {
        RequireType(other, tensor.DType, whatOther);
        if (!tensor.Shape.SequenceEqual(other.Shape)) throw ShapeException.Mismatch(whatOther, $"{Text(tensor.Shape)} like '{what}'", Text(other.Shape));
    }

    /// <summary>Throws unless the tensor holds <paramref name="type"/>.</summary>
    public static void RequireType(Tensor tensor, DType type, [CallerArgumentExpression(nameof(tensor))] string what = "")
    {
        if (tensor.DType != type) throw ShapeException.WrongType(what, type, tensor.DType);
    }
}
