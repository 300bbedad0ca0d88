using SaeSharp.Lab.Probing;

namespace SaeSharp.Lab.Contrasting;

/// <summary>How well one number of each prompt tells A from B.</summary>
/// <param name="Auroc">P(A's is larger) + P(equal)/2.</param>
/// <param name="Error">Its standard error after DeLong, DeLong and Clarke-Pearson (1988); NaN where a set has one prompt only.</param>
/// <param name="Separations">Of the two ways to part the prompts into that many highest and lowest ones, how many tear no tie: 0 to 2.</param>
internal readonly record struct Area(double Auroc, double Error, int Separations)
{
    private const double Z95 = 1.959963984540054;

    public bool IsPerfect => Auroc is 0 or 1;

    /// <summary>How far it is from telling nothing, 0 to 0.5.</summary>
    public double Strength => Math.Abs(Auroc - 0.5);

    /// <summary>Its 95 % interval. Where DeLong's has no width, Wilson's for as many trials as the smaller set has prompts.</summary>
    public Estimate Interval(int a, int b)
    {
        if (Error > 0) return new(Auroc, Math.Max(0, Auroc - Z95 * Error), Math.Min(1, Auroc + Z95 * Error));
        return Wilson(Auroc, Math.Min(a, b));
    }

    /// <summary>Wilson's 95 % interval of a share of <paramref name="n"/>.</summary>
    public static Estimate Wilson(double share, int n)
    {
        var z2 = Z95 * Z95;
        var centre = (share + z2 / (2.0 * n)) / (1 + z2 / n);
        var half = Z95 * Math.Sqrt(share * (1 - share) / n + z2 / (4.0 * n * n)) / (1 + z2 / n);
        return new(share, Math.Max(0, Math.Min(share, centre - half)), Math.Min(1, Math.Max(share, centre + half)));
    }
}
