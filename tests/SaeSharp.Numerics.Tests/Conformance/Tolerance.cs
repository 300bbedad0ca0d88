using System.Globalization;

namespace SaeSharp.Numerics.Tests.Conformance;

/// <summary>How far a number may lie from the reference: units · u · (|expected| + scale), u being the rounding unit of the output's type.</summary>
/// <param name="Units">How many rounding units.</param>
/// <param name="Scale">Size of the numbers that were summed, where they may cancel.</param>
public readonly record struct Tolerance(double Units, double Scale = 0)
{
    /// <summary>Every bit: moves, comparisons, one addition or multiplication, sums that are exact.</summary>
    public static Tolerance Exact => new(0);

    /// <summary>One or two roundings.</summary>
    public static Tolerance Rounding => new(4);

    /// <summary>A row reduction and a few roundings of numbers around 1.</summary>
    public static Tolerance Row => new(64, 1);

    /// <summary>Exponentials, tanh, erf of numbers around 1.</summary>
    public static Tolerance Function => new(64, 1);

    /// <summary>A sum of products of standard normal numbers: partial sums grow as √n, and so do the n roundings' sum.</summary>
    public static Tolerance Sum(int terms) => new(8, terms + 1);

    /// <summary>A softmax over such sums, and sums over that.</summary>
    public static Tolerance Attention(int terms) => new(32, terms + 8);

    /// <summary>Why the two differ, or null where they do not. NaN equals NaN; infinities must be equal.</summary>
    public string? Difference(Tensor expected, Tensor actual)
    {
        if (!expected.Shape.SequenceEqual(actual.Shape)) return $"shape {actual.ShapeText}, expected {expected.ShapeText}";
        var unit = expected.DType == DType.F64 ? Math.ScaleB(1, -53) : Math.ScaleB(1, -24);
        for (var i = 0L; i < expected.Count; i++)
        {
            var (e, a) = (expected.Read(i), actual.Read(i));
            if (e.Equals(a) || e == a) continue;
            var allowed = Units * unit * (Math.Abs(e) + Scale);
            if (double.IsFinite(e) && Math.Abs(e - a) <= allowed) continue;
            return string.Create(CultureInfo.InvariantCulture, $"element {i} of {expected.DType}{expected.ShapeText} is {a:R}, expected {e:R} ± {allowed:E2}");
        }
        return null;
    }

    /// <summary>Whether the two hold the same bits.</summary>
    public static bool SameBits(Tensor a, Tensor b)
    {
        var same = a.Shape.SequenceEqual(b.Shape) && a.RawBytes().SequenceEqual(b.RawBytes());
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        return same;
    }
}
