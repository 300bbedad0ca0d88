namespace SaeSharp.Numerics.Backends;

/// <summary>The standard normal distribution in f64, which .NET lacks.</summary>
internal static class NormalDistribution
{
    private static readonly double RootTwoPi = Math.Sqrt(2 * Math.PI);

    /// <summary>φ(x) = exp(−x²/2) / √(2π).</summary>
    public static double Density(double x) => Math.Exp(-0.5 * x * x) / RootTwoPi;

    /// <summary>Φ(x), to a relative error near 1e-15 in the lower tail too.</summary>
    public static double Cumulative(double x) => x switch
    {
        > 3 => 1 - UpperTail(x),
        < -3 => UpperTail(-x),
        _ => 0.5 + Density(x) * OddSeries(x),
    };

    /// <summary>Σ x²ⁿ⁺¹ / (1·3·5 ⋯ (2n+1)): Abramowitz and Stegun 26.2.11. All terms have one sign, so nothing cancels.</summary>
    private static double OddSeries(double x)
    {
        var sum = 0.0;
        var term = x;
        for (var n = 1; Math.Abs(term) > Math.Abs(sum) * 1e-17; n++)
        {
            sum += term;
            term *= x * x / (2 * n + 1);
        }
        return sum;
    }

    /// <summary>φ(x) / (x + 1/(x + 2/(x + 3/(x + …)))): 26.2.14. 100 levels are far more than enough above 3.</summary>
    private static double UpperTail(double x)
    {
        var fraction = x;
        for (var level = 100; level >= 1; level--) fraction = x + level / fraction;
        return Density(x) / fraction;
    }
}
