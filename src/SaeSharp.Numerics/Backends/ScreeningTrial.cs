using System.Diagnostics;

namespace SaeSharp.Numerics.Backends;

/// <summary>Finds out whether screening is faster for one encoder, by trying both ways in turn while it is trained: results are the same, so nothing but time depends on it.</summary>
internal sealed class ScreeningTrial(Screening screening)
{
    private const int Tries = 3, Period = 512;
    private readonly long[] _best = new long[2];
    private int _encodings;
    private long _start;
    private bool _lost;

    /// <summary>Whether this encoding is screened.</summary>
    public bool IsScreened { get; private set; }

    /// <summary>Decides how the weights that are packed now are encoded, and starts the clock.</summary>
    public void Begin()
    {
        var phase = _encodings % Period;
        if (phase == 0)
        {
            Array.Fill(_best, long.MaxValue);
            _lost = false;
        }
        if (_lost || screening == Screening.Off) IsScreened = false;
        else if (screening == Screening.On) IsScreened = true;
        else IsScreened = phase < 2 * Tries ? phase % 2 == 0 : _best[1] < _best[0];
        _encodings++;
        _start = Stopwatch.GetTimestamp();
    }

    /// <summary>Stops the clock.</summary>
    public void End()
    {
        ref var best = ref _best[IsScreened ? 1 : 0];
        best = Math.Min(best, Stopwatch.GetTimestamp() - _start);
    }

    /// <summary>Takes note that <paramref name="failed"/> of so many rows had to be computed without it: where they are many, the next trial may be another time.</summary>
    public void Report(int failed, int rows) => _lost |= failed > rows / 8;
}
