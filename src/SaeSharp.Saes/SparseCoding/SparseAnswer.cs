namespace SaeSharp.Saes.SparseCoding;

/// <summary>The code of one signal, with what shows how good it is. All figures are of exactly these values, in f64.</summary>
/// <param name="Indices">Atoms used, ascending.</param>
/// <param name="Values">Their weights.</param>
public sealed record SparseAnswer(int[] Indices, double[] Values)
{
    /// <summary>‖b − A·x‖.</summary>
    public required double Residual { get; init; }
    /// <summary>What was minimised; null where nothing is (pursuits).</summary>
    public double? Objective { get; init; }
    /// <summary>Duality gap: the objective lies at most this far above the least possible. Null where the method has none.</summary>
    public double? Gap { get; init; }
    /// <summary>λ of this signal; null where there is none.</summary>
    public double? Lambda { get; init; }
    /// <summary>Rounds, steps or iterations, as the method counts them.</summary>
    public required int Iterations { get; init; }
    /// <summary>Why it stopped.</summary>
    public required StopReason Why { get; init; }

    /// <summary>An answer without its zeros, in ascending order of atoms.</summary>
    internal static (int[] Indices, double[] Values) Sorted(ReadOnlySpan<int> indices, ReadOnlySpan<double> values)
    {
        var (keptIndices, keptValues) = (new List<int>(indices.Length), new List<double>(indices.Length));
        for (var i = 0; i < indices.Length; i++)
        {
            if (values[i] == 0) continue;
            keptIndices.Add(indices[i]);
            keptValues.Add(values[i]);
        }
        int[] sorted = [.. keptIndices];
        double[] weights = [.. keptValues];
        Array.Sort(sorted, weights);
        return (sorted, weights);
    }
}
