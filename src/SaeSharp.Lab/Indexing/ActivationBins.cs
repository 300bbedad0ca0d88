namespace SaeSharp.Lab.Indexing;

/// <summary>The bins of every histogram: eight to an octave, cut by the bits of the float, so that counts of two parts simply add up.</summary>
/// <remarks>A positive float's upper twelve bits below the sign are its exponent and the first three bits of its mantissa: they are the bin's number.</remarks>
internal static class ActivationBins
{
    private const int Shift = 20;

    /// <summary>The bin of a positive value.</summary>
    public static int Of(float value) => BitConverter.SingleToInt32Bits(value) >> Shift;

    /// <summary>Smallest value in a bin.</summary>
    public static float Low(int bin) => BitConverter.Int32BitsToSingle(bin << Shift);

    /// <summary>Smallest value above a bin; the largest float for the last one.</summary>
    public static float High(int bin) => float.IsFinite(Low(bin + 1)) ? Low(bin + 1) : float.MaxValue;
}
