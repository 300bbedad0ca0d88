using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Tests.Demo;

/// <summary>Goes through all ways that choices can fall out, one a round, as an odometer does.</summary>
internal sealed class EnumeratedChance : Chance
{
    private readonly List<(int Digit, int Bound)> _digits = [];
    private int _next;

    /// <summary>Probability of the choices of this round.</summary>
    public double Probability => _digits.Take(_next).Aggregate(1.0, (product, digit) => product / digit.Bound);

    public override int Below(int bound)
    {
        if (_next == _digits.Count) _digits.Add((0, bound));
        return _digits[_next++].Digit;
    }

    /// <summary>Turns to the next round; false after the last.</summary>
    public bool Advance()
    {
        _digits.RemoveRange(_next, _digits.Count - _next);
        while (_digits.Count > 0 && _digits[^1].Digit == _digits[^1].Bound - 1) _digits.RemoveAt(_digits.Count - 1);
        if (_digits.Count == 0) return false;
        _digits[^1] = (_digits[^1].Digit + 1, _digits[^1].Bound);
        _next = 0;
        return true;
    }
}
