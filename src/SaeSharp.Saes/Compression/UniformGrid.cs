namespace SaeSharp.Saes.Compression;

/// <summary>2^bits levels evenly spaced over [−M, M], or over [0, M].</summary>
public sealed class UniformGrid
{
    private readonly double _largest, _low;
    private readonly int _top;

    /// <param name="bits">1 to 16.</param>
    /// <param name="largest">M; 0 where all values are 0.</param>
    /// <param name="signed">Whether it reaches below 0.</param>
    public UniformGrid(int bits, double largest, bool signed)
    {
        Bits = OptionException.InRange(bits, 1, 16, nameof(bits));
        (_largest, _low, _top) = (OptionException.NotNegative(largest, nameof(largest)), signed ? -largest : 0, (1 << bits) - 1);
    }

    public int Bits { get; }

    public int Levels => _top + 1;

    /// <summary>The nearest level, half to even.</summary>
    public int LevelOf(double value) => _largest == 0 ? 0 : (int)Math.Clamp(Math.Round((value - _low) / (_largest - _low) * _top, MidpointRounding.ToEven), 0, _top);

    public double ValueOf(int level) => (double)level / _top * (_largest - _low) + _low;
}
