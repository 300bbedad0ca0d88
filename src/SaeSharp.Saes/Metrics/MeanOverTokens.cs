using System.Globalization;

namespace SaeSharp.Saes.Metrics;

/// <summary>A sum over tokens and how many there were: what most metrics are made of. Tokens that have no such number are counted and left out.</summary>
internal struct MeanOverTokens
{
    private double _sum;
    private long _tokens;

    /// <summary>Tokens left out.</summary>
    public long LeftOut { get; private set; }

    public void Add(double value)
    {
        _sum += value;
        _tokens++;
    }

    public void LeaveOut() => LeftOut++;

    /// <summary>The mean.</summary>
    /// <param name="why">What is so of the tokens left out: "whose activation is zero".</param>
    public readonly MetricValue Value(string why = "")
    {
        var mean = MetricValue.Ratio(_sum, _tokens, LeftOut > 0 ? $"there are only tokens {why}" : "no tokens");
        return mean.Number is null || LeftOut == 0 ? mean : mean with { Reason = string.Create(CultureInfo.InvariantCulture, $"left out: {LeftOut} tokens {why}") };
    }
}
