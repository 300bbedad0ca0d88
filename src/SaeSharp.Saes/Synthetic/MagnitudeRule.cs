namespace SaeSharp.Saes.Synthetic;

/// <summary>How a strength depends on the feature.</summary>
public abstract record MagnitudeRule
{
    private MagnitudeRule() { }

    /// <summary>The value of each feature; rules that draw take their numbers from <paramref name="seed"/> as PyTorch would.</summary>
    public abstract float[] Generate(int features, long seed);

    /// <summary>One value for all.</summary>
    public sealed record Constant(double Value) : MagnitudeRule
    {
        public override float[] Generate(int features, long seed) => [.. Enumerable.Repeat((float)Value, features)];
    }

    /// <summary>From the first feature to the last in even steps.</summary>
    public sealed record Linear(double First, double Last) : MagnitudeRule
    {
        public override float[] Generate(int features, long seed) => Spread(features, share => First + (Last - First) * share);
    }

    /// <summary>From the first feature to the last by equal factors.</summary>
    public sealed record Exponential(double First, double Last) : MagnitudeRule
    {
        public override float[] Generate(int features, long seed) => Spread(features, share => First * Math.Pow(Last / First, share));
    }

    /// <summary>|N(mean, deviation)|, kept in [least, most].</summary>
    public sealed record FoldedNormal(double Mean, double Deviation, double? Least = null, double? Most = null) : MagnitudeRule
    {
        public override float[] Generate(int features, long seed)
        {
            var values = new float[features];
            new TorchRandom(seed).Normals(values);
            foreach (ref var value in values.AsSpan()) value = (float)Math.Min(Math.Max(Math.Abs(value * Deviation + Mean), Least ?? 0), Most ?? double.MaxValue);
            return values;
        }
    }

    private static float[] Spread(int features, Func<double, double> at) => [.. Enumerable.Range(0, features).Select(i => (float)at(features > 1 ? i / (features - 1.0) : 0))];
}
