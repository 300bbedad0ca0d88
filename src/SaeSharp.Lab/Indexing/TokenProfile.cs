using System.Numerics;

namespace SaeSharp.Lab.Indexing;

/// <summary>On which tokens of the vocabulary and at which positions a feature fires. Scratch for one thread, used again by feature after feature.</summary>
internal sealed class TokenProfile(TokenPlaces places)
{
    /// <summary>Octaves that a position can have.</summary>
    public const int Octaves = 33;

    private readonly int[] _counts = new int[places.IdLimit];
    private readonly double[] _sums = new double[places.IdLimit];
    private readonly List<int> _touched = [];

    /// <summary>The ids it fires on most often, with all their occurrences and its mean value where it fires.</summary>
    public List<(int Id, long Fired, long Occurrences, double Mean)> ByToken(Firings firings, int count)
    {
        for (var i = 0; i < firings.Tokens.Length; i++)
        {
            var id = places.Ids[firings.Tokens[i]];
            if (_counts[id]++ == 0) _touched.Add(id);
            _sums[id] += firings.Values[i];
        }
        var profile = new List<(int, long, long, double)>();
        foreach (var key in LowestFirst.Of(_touched.Select(id => (long)-_counts[id] << 32 | (uint)id)).Take(count)) // most firings first, then by id
        {
            var id = (int)key;
            profile.Add((id, _counts[id], places.PlacesOf(id).Length, _sums[id] / _counts[id]));
        }
        foreach (var id in _touched) (_counts[id], _sums[id]) = (0, 0);
        _touched.Clear();
        return profile;
    }

    /// <summary>Firings by position in the window, in octaves: 0, 1, 2–3, 4–7, ...; octaves in which it never fires are left out.</summary>
    public List<(int From, int To, long Fired, long Tokens, double Mean)> ByPosition(Firings firings)
    {
        Span<long> fired = stackalloc long[Octaves];
        Span<double> sums = stackalloc double[Octaves];
        for (var i = 0; i < firings.Tokens.Length; i++)
        {
            var octave = OctaveOf(places.Positions[firings.Tokens[i]]);
            fired[octave]++;
            sums[octave] += firings.Values[i];
        }
        var profile = new List<(int, int, long, long, double)>();
        for (var octave = 0; octave < fired.Length; octave++)
            if (fired[octave] > 0) profile.Add((FirstOf(octave), FirstOf(octave + 1) - 1, fired[octave], places.TokensAt[octave], sums[octave] / fired[octave]));
        return profile;
    }

    /// <summary>0 for position 0, then one more for each doubling.</summary>
    public static int OctaveOf(int position) => 32 - BitOperations.LeadingZeroCount((uint)position);

    /// <summary>The first position of an octave.</summary>
    public static int FirstOf(int octave) => octave == 0 ? 0 : octave > 31 ? int.MaxValue : 1 << (octave - 1);
}
