namespace SaeSharp.Lab.Contrasting;

/// <summary>What is known of one feature over both sets of prompts.</summary>
internal sealed record FeatureScore
{
    public required int Layer { get; init; }
    public required int Feature { get; init; }
    /// <summary>Prompts on which it fires.</summary>
    public required int Firings { get; init; }
    public required Area All { get; init; }
    public required Area Choosing { get; init; }
    public required Area Held { get; init; }
    public required double MeanA { get; init; }
    public required double MeanB { get; init; }
    public required double RateA { get; init; }
    public required double RateB { get; init; }
    /// <summary>Mean of A less mean of B on the choosing half.</summary>
    public required double ChoosingDifference { get; init; }
    /// <summary>Largest value on a prompt.</summary>
    public required double Max { get; init; }
    /// <summary>How far the rank sum of A lies from its mean over relabellings, in standard deviations.</summary>
    public required double Deviation { get; init; }
    /// <summary>Relabellings that give the feature itself as large a deviation or a larger.</summary>
    public required int Hits { get; init; }
    /// <summary>With pairs: 1 or −1 where every pair goes the same way; all prompts, choosing and held-out half.</summary>
    public (int All, int Choosing, int Held) Pairs { get; init; }
    /// <summary>With pairs: whether one ties.</summary>
    public (bool All, bool Choosing) Torn { get; init; }

    public double Difference => MeanA - MeanB;

    /// <summary>What features are ranked by: strength on the choosing half, then the difference there as a share of its maximum.</summary>
    public (double, double) Rank => (Choosing.Strength, Max > 0 ? Math.Abs(ChoosingDifference) / Max : 0);

    public double P { get; set; } = 1;
    public double Q { get; set; } = 1;
    public double PMax { get; set; } = 1;
}
