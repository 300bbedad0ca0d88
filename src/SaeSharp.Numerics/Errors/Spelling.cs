namespace SaeSharp;

/// <summary>Finds the name a person probably meant.</summary>
public static class Spelling
{
    /// <summary>The candidate nearest to <paramref name="name"/> by edit distance, or null where none is near (more than half its letters differ).</summary>
    public static string? Closest(string name, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        string? best = null;
        var bestDistance = Math.Max(name.Length, 4) / 2 + 1;
        foreach (var candidate in candidates)
        {
            var distance = Distance(name, candidate);
            if (distance < bestDistance) (best, bestDistance) = (candidate, distance);
        }
        return best;
    }

    /// <summary>Levenshtein distance, case ignored.</summary>
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                var cost = same ? diagonal : Math.Min(diagonal, Math.Min(row[j], row[j - 1])) + 1;
                diagonal = row[j];
                row[j] = cost;
            }
        }
        return row[b.Length];
    }
}
