namespace SaeSharp.Lab.Indexing;

/// <summary>Everything an index keeps about one feature, from all of its firings.</summary>
internal sealed record FeatureAccount
{
    public const int TokensKept = 20;

    /// <summary>The quantiles of the firing values that are kept.</summary>
    public static readonly IReadOnlyList<double> QuantilePoints = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999];

    public required int Feature { get; init; }
    public required long Fired { get; init; }
    public required Moments? Moments { get; init; }
    public required float? Max { get; init; }
    /// <summary>At <see cref="QuantilePoints"/>; empty where it never fires.</summary>
    public required double[] Quantiles { get; init; }
    public required IReadOnlyList<(int Bin, long Count)> Histogram { get; init; }
    public required IReadOnlyList<FeatureExample> Top { get; init; }
    public required IReadOnlyList<(double Low, double High, long Count, IReadOnlyList<FeatureExample> Examples)> Intervals { get; init; }
    public required IReadOnlyList<FeatureExample> QuantileExamples { get; init; }
    public required IReadOnlyList<FeatureExample> NearMisses { get; init; }
    public required IReadOnlyList<(int Id, long Fired, long Occurrences, double Mean)> Tokens { get; init; }
    public required IReadOnlyList<(int From, int To, long Fired, long Tokens, double Mean)> Positions { get; init; }

    /// <summary>Gathers the account of <paramref name="feature"/>; <paramref name="textOf"/> spells token ids and is asked by several threads.</summary>
    public static FeatureAccount Of(int feature, Firings firings, TokenPlaces places, AccountScratch scratch, Func<int[], string> textOf, IndexSettings settings)
    {
        scratch.Marks.Mark(firings.Tokens);
        var sorted = new SortedFirings(firings);
        float? max = sorted.Count > 0 ? sorted.Value(sorted.Count - 1) : null;
        var examples = new ExamplePicker(feature, firings, sorted, places, scratch.Marks, textOf, settings);
        var strongest = examples.Strongest();
        return new()
        {
            Feature = feature, Fired = sorted.Count, Moments = Indexing.Moments.Of(firings.Values), Max = max, Quantiles = max is null ? [] : [.. QuantilePoints.Select(sorted.Quantile)],
            Histogram = sorted.Histogram(), Top = strongest, Intervals = max is { } top ? examples.Intervals(top) : [], QuantileExamples = max is null ? [] : [.. examples.Quantiles()],
            NearMisses = examples.NearMisses(strongest), Tokens = scratch.Profile.ByToken(firings, TokensKept), Positions = scratch.Profile.ByPosition(firings),
        };
    }
}

/// <summary>Mean, standard deviation and skewness of the values where a feature fires.</summary>
/// <param name="Mean">m = Σv / n.</param>
/// <param name="Std">√(Σ(v − m)² / n).</param>
/// <param name="Skew">Σ(v − m)³ / n ÷ Std³; 0 where all values are equal.</param>
internal sealed record Moments(double Mean, double Std, double Skew)
{
    /// <summary>Null for no values.</summary>
    public static Moments? Of(float[] values)
    {
        if (values.Length == 0) return null;
        var sum = 0.0;
        foreach (var value in values) sum += value;
        var mean = sum / values.Length;
        var (squares, cubes) = (0.0, 0.0);
        foreach (var value in values)
        {
            var difference = value - mean;
            squares += difference * difference;
            cubes += difference * difference * difference;
        }
        var std = Math.Sqrt(squares / values.Length);
        return new(mean, std, std > 0 ? cubes / values.Length / (std * std * std) : 0);
    }
}

/// <summary>A place where a feature fires, or nearly does, with what stands around it.</summary>
/// <param name="Document">Number of the document.</param>
/// <param name="Position">Position of the token in its window.</param>
/// <param name="Value">The feature's value there.</param>
/// <param name="First">Position of the first token of the context.</param>
/// <param name="Ids">Token ids of the context.</param>
/// <param name="Values">The feature's value on each of them.</param>
/// <param name="Text">Their text.</param>
internal sealed record FeatureExample(long Document, int Position, float Value, int First, int[] Ids, float[] Values, string Text);
