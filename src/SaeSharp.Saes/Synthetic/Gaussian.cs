using SaeSharp.Numerics.Backends.Cpu;

namespace SaeSharp.Saes.Synthetic;

/// <summary>The standard normal distribution in f64.</summary>
internal static class Gaussian
{
    private static readonly double RootTwo = Math.Sqrt(2), RootTwoPi = Math.Sqrt(2 * Math.PI);

    /// <summary>φ(x).</summary>
    public static double Density(double x) => Math.Exp(-0.5 * x * x) / RootTwoPi;

    /// <summary>P(N ≤ x) = Φ(x).</summary>
    public static double Below(double x) => 0.5 * ErrorFunction.Complement(-x / RootTwo);

    /// <summary>P(N &gt; x) = 1 − Φ(x), without cancellation.</summary>
    public static double Above(double x) => 0.5 * ErrorFunction.Complement(x / RootTwo);

    /// <summary>−ln(1 − Φ(x)), to full relative accuracy in both tails.</summary>
    public static double Hazard(double x)
    {
        if (x > 0) return -Math.Log(Above(x));
        var p = Below(x);
        return p < 1e-5 ? p * (1 + p * (1.0 / 2 + p / 3)) : -Math.Log(1 - p);
    }

    /// <summary>The x that a normal number exceeds with probability p: √2·erfinv(1 − 2p); ±∞ at p = 0 and 1.</summary>
    public static double Threshold(double p)
    {
        if (p is 0 or 1) return p == 0 ? double.PositiveInfinity : double.NegativeInfinity;
        if (p > 0.5) return -Threshold(1 - p);

        // Start within 4.5e-4 (Abramowitz and Stegun 26.2.23); Halley's method triples the digits each time.
        var t = Math.Sqrt(-2 * Math.Log(p));
        var x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
        for (var i = 0; i < 3; i++)
        {
            var step = (Above(x) - p) / Density(x);
            x += step / (1 - 0.5 * step * x);
        }
        return x;
    }
}
