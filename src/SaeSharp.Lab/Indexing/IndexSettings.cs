using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Indexing;

/// <summary>What decides the content of an index beside the SAE, the model and the texts: two indexes can become one where all of it is the same.</summary>
public sealed record IndexSettings
{
    /// <summary>How documents became windows.</summary>
    public WindowKind Window { get; init; }
    /// <summary>Positions that do not count.</summary>
    public SkippedPositions SkipPositions { get; init; }
    /// <summary>Documents with fewer token ids were left out.</summary>
    public int MinDocument { get; init; } = 1;
    /// <summary>Whether nothing was added around a text.</summary>
    public bool NoSpecial { get; init; }
    /// <summary>Top examples of a feature.</summary>
    public int Top { get; init; } = 20;
    /// <summary>Equal-width intervals of [0, max].</summary>
    public int Intervals { get; init; } = 5;
    /// <summary>Examples of an interval.</summary>
    public int PerInterval { get; init; } = 4;
    /// <summary>Look-alikes of a feature.</summary>
    public int NearMisses { get; init; } = 5;
    /// <summary>Most correlated features of a feature.</summary>
    public int CoFiring { get; init; } = 10;
    /// <summary>Tokens of context before an example's token.</summary>
    public int Before { get; init; } = 24;
    /// <summary>Tokens of context after it.</summary>
    public int After { get; init; } = 12;
    /// <summary>Seed by which interval examples were drawn.</summary>
    public int Seed { get; init; }

    /// <summary>Those of a request, checked.</summary>
    internal static IndexSettings Of(IndexRequest request) => new()
    {
        Window = request.Corpus.Window, SkipPositions = request.Corpus.SkipPositions, MinDocument = request.Corpus.MinDocument, NoSpecial = request.Corpus.NoSpecial,
        Top = OptionException.NotNegative(request.Top, "--top"), Intervals = OptionException.InRange(request.Intervals, 1, 100, "--intervals"), PerInterval = OptionException.NotNegative(request.PerInterval, "--per-interval"),
        NearMisses = OptionException.NotNegative(request.NearMisses, "--near-misses"), CoFiring = OptionException.NotNegative(request.CoFiring, "--co-firing"),
        Before = OptionException.NotNegative(request.Before, "--before"), After = OptionException.NotNegative(request.After, "--after"), Seed = request.Seed,
    };

    /// <summary>Each setting by its flag, as text.</summary>
    internal IEnumerable<(string Flag, string Value)> Named() =>
    [
        ("--window", Window.ToString().ToLowerInvariant()), ("--skip-positions", SkipPositions.ToString().ToLowerInvariant()), ("--min-document", $"{MinDocument}"), ("--no-special", NoSpecial ? "on" : "off"),
        ("--top", $"{Top}"), ("--intervals", $"{Intervals}"), ("--per-interval", $"{PerInterval}"), ("--near-misses", $"{NearMisses}"), ("--co-firing", $"{CoFiring}"), ("--before", $"{Before}"), ("--after", $"{After}"), ("--seed", $"{Seed}"),
    ];
}
