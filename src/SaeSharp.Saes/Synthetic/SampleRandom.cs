namespace SaeSharp.Saes.Synthetic;

/// <summary>The random numbers of one sample: a sequence of its own for each key, so that a sample does not depend on those before it.</summary>
internal struct SampleRandom(params ReadOnlySpan<long> keys)
{
    private SeededRandom _random = new(keys);
    private double _spare = double.NaN;

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => _random.NextDouble();

    /// <summary>Uniform in 0 .. <paramref name="bound"/> − 1.</summary>
    public int Below(int bound) => _random.NextInt(bound);

    /// <summary>Exponential with mean 1.</summary>
    public double Exponential() => -Math.Log(1 - _random.NextDouble());

    /// <summary>Standard normal, by Box and Muller: every second one is free.</summary>
    public double Normal()
    {
        if (!double.IsNaN(_spare))
        {
            var kept = _spare;
            _spare = double.NaN;
            return kept;
        }
        var radius = Math.Sqrt(2 * Exponential());
        var (sine, cosine) = Math.SinCos(2 * Math.PI * _random.NextDouble());
        _spare = radius * sine;
        return radius * cosine;
    }
}
