namespace SaeSharp.Numerics.Backends;

/// <summary>Which two numbers of a head are rotated together.</summary>
public enum RotaryPairs
{
    /// <summary>i and i + half: Llama, GPT-NeoX (Hugging Face's rotate_half).</summary>
    Halves,
    /// <summary>2i and 2i + 1: GPT-J, llama2.c.</summary>
    Neighbours,
}

/// <summary>Cosines and sines of rotary positions (RoFormer, arXiv:2104.09864 Eq. 34): angle = position · frequency.</summary>
/// <param name="Cosine">[positions, rotated / 2], f32 or f64.</param>
/// <param name="Sine">[positions, rotated / 2], same type.</param>
/// <param name="Pairs">Which numbers of a head form a pair; those beyond <c>rotated</c> stay as they are.</param>
public sealed record RotaryTable(Tensor Cosine, Tensor Sine, RotaryPairs Pairs)
{
    /// <summary>How many of a head's first numbers are rotated.</summary>
    public int Rotated => 2 * Cosine.Columns;

    /// <summary>How many positions the table holds.</summary>
    public int Positions => Cosine.RowCount;

    /// <summary>A table for positions 0 … <paramref name="positions"/> − 1, angles computed in f64 and rounded once.</summary>
    /// <param name="positions">How many positions.</param>
    /// <param name="frequencies">Radians per position of each pair.</param>
    /// <param name="pairs">Which numbers form a pair.</param>
    /// <param name="type">F32 or F64.</param>
    /// <param name="magnitude">Factor on both (yarn's attention factor); 1 usually.</param>
    public static RotaryTable Of(int positions, ReadOnlySpan<double> frequencies, RotaryPairs pairs, DType type = DType.F32, double magnitude = 1)
    {
        var cosine = Tensor.Zeros(type, positions, frequencies.Length);
        var sine = Tensor.Zeros(type, positions, frequencies.Length);
        for (var p = 0; p < positions; p++)
        {
            for (var i = 0; i < frequencies.Length; i++)
            {
                var (s, c) = Math.SinCos(p * frequencies[i]);
                cosine.Write((long)p * frequencies.Length + i, c * magnitude);
                sine.Write((long)p * frequencies.Length + i, s * magnitude);
            }
        }
        return new(cosine, sine, pairs);
    }
}
