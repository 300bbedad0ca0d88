using SaeSharp.Lab.Labelling;

namespace SaeSharp.Lab.Indexing;

/// <summary>Everything an index knows about one feature. Values are latents: with a decoder row of length 1, the length of what the feature adds.</summary>
public sealed record FeatureResult
{
    /// <summary>The index the numbers come from.</summary>
    public required IndexInfo Index { get; init; }
    /// <summary>The SAE's name.</summary>
    public required string Sae { get; init; }
    /// <summary>The feature's index.</summary>
    public required int Feature { get; init; }
    /// <summary>What it is called, a person's name for it first; empty where nobody named it.</summary>
    public required IReadOnlyList<FeatureLabel> Labels { get; init; }
    /// <summary>A person's note on it; null for none.</summary>
    public string? Note { get; init; }
    /// <summary>Whether a person bookmarked it.</summary>
    public required bool Bookmarked { get; init; }
    /// <summary>Tokens on which it fires: an exact count.</summary>
    public required long Fired { get; init; }
    /// <summary>All tokens counted, N.</summary>
    public required long Tokens { get; init; }
    /// <summary>Fired ÷ N.</summary>
    public required double Density { get; init; }
    /// <summary>Mean value over the tokens on which it fires; null where it never does.</summary>
    public double? Mean { get; init; }
    /// <summary>Standard deviation over the tokens on which it fires; null where it never does.</summary>
    public double? Std { get; init; }
    /// <summary>Skewness over the tokens on which it fires: above 0 where few values are much larger than most; null where it never fires.</summary>
    public double? Skew { get; init; }
    /// <summary>Largest value seen: grows with N; null where it never fires.</summary>
    public double? Max { get; init; }
    /// <summary>Why the four above are null; null where they are not.</summary>
    public string? Reason { get; init; }
    /// <summary>Non-empty bins, log-spaced, in rising order.</summary>
    public required IReadOnlyList<HistogramBin> Histogram { get; init; }
    /// <summary>The strongest examples, strongest first, one for each distinct context text.</summary>
    public required IReadOnlyList<Example> TopExamples { get; init; }
    /// <summary>Examples from equal-width intervals of [0, max], highest interval first.</summary>
    public required IReadOnlyList<Interval> Intervals { get; init; }
    /// <summary>True quantiles of its values where it fires, rising, each with the place nearest to it.</summary>
    public required IReadOnlyList<QuantileExample> Quantiles { get; init; }
    /// <summary>Look-alikes: a token it fires on strongly, after much the same text, and it does not fire.</summary>
    public required IReadOnlyList<Example> NearMisses { get; init; }
    /// <summary>How often and how strongly it fires by the position in the window, in octaves; those in which it never fires are left out.</summary>
    public required IReadOnlyList<PositionShare> Positions { get; init; }
    /// <summary>Features whose values go with its own, most correlated first; empty where they were not counted.</summary>
    public required IReadOnlyList<CoFiringFeature> CoFiring { get; init; }
    /// <summary>Tokens it fires on most often.</summary>
    public required IReadOnlyList<TokenShare> TopTokens { get; init; }
    /// <summary>What it makes likelier.</summary>
    public required LogitEffects Logits { get; init; }
    /// <summary>Along which neurons and heads its decoder row stands.</summary>
    public required Attribution Attribution { get; init; }
    /// <summary>Features with the most similar decoder rows.</summary>
    public required IReadOnlyList<Neighbour> Neighbours { get; init; }
    /// <summary>Length of the decoder row as stored; values are in units of a row of length 1.</summary>
    public required double DecoderNorm { get; init; }
    /// <summary>Cosine of its encoder and decoder directions.</summary>
    public required double EncoderDecoderCosine { get; init; }
}

/// <summary>A bin of a histogram.</summary>
/// <param name="Low">Smallest value in it.</param>
/// <param name="High">Upper bound, not in it.</param>
/// <param name="Count">Tokens in it: an exact count.</param>
public sealed record HistogramBin(double Low, double High, long Count);

/// <summary>A place where the feature fires.</summary>
/// <param name="Document">The document's number in the corpus, from 0.</param>
/// <param name="Position">The token's place in its window, from 0 at BOS.</param>
/// <param name="Value">The feature's value there.</param>
/// <param name="Tokens">The tokens around it.</param>
/// <param name="Values">The feature's value on each of them; 0 where it does not fire or is not read (BOS).</param>
/// <param name="At">Which of Tokens the example is about.</param>
public sealed record Example(long Document, int Position, double Value, IReadOnlyList<TokenCell> Tokens, IReadOnlyList<double> Values, int At);

/// <summary>An equal-width part of [0, max]: an interval, not a quantile.</summary>
/// <param name="Low">Lower bound, not in it.</param>
/// <param name="High">Upper bound, in it.</param>
/// <param name="Count">Tokens with a value in it: an exact count.</param>
/// <param name="Share">Count ÷ the tokens on which the feature fires.</param>
/// <param name="Examples">Examples drawn at random among them.</param>
public sealed record Interval(double Low, double High, long Count, double Share, IReadOnlyList<Example> Examples);

/// <summary>A quantile of the values where the feature fires.</summary>
/// <param name="Q">Share of its firings at or below it, 0 to 1.</param>
/// <param name="Value">The value, linear between ranks (type 7 of Hyndman and Fan).</param>
/// <param name="Example">The firing nearest to it by rank.</param>
public sealed record QuantileExample(double Q, double Value, Example Example);

/// <summary>Firings at positions of the window.</summary>
/// <param name="From">First position.</param>
/// <param name="To">Last position.</param>
/// <param name="Fired">Times it fires there.</param>
/// <param name="Tokens">Tokens counted there.</param>
/// <param name="Mean">Mean value where it fires.</param>
public sealed record PositionShare(int From, int To, long Fired, long Tokens, double Mean);

/// <summary>A feature that fires where this one does. Exact over all tokens counted.</summary>
/// <param name="Feature">Its index.</param>
/// <param name="Both">Tokens on which both fire.</param>
/// <param name="Jaccard">Both ÷ tokens on which either fires.</param>
/// <param name="Correlation">Pearson's correlation of their values over all tokens, zeros included.</param>
/// <param name="Label">What it is called; null where nobody named it.</param>
public sealed record CoFiringFeature(int Feature, long Both, double Jaccard, double Correlation, string? Label = null);

/// <summary>How often a feature fires on one token of the vocabulary.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Text">Its text.</param>
/// <param name="Fired">Times the feature fires on it.</param>
/// <param name="Occurrences">Times it occurs among the tokens counted.</param>
/// <param name="Mean">Mean value over the times it fires.</param>
public sealed record TokenShare(int Id, string Text, long Fired, long Occurrences, double Mean);

/// <summary>Direct effect of the feature's unit decoder row on the next-token logits, through the unembedding. The path through later layers is not in it.</summary>
/// <param name="Positive">Largest effects, without the final norm.</param>
/// <param name="Negative">Smallest effects, without the final norm.</param>
/// <param name="PositiveNormed">Largest effects, the row taken through the final norm first.</param>
/// <param name="NegativeNormed">Smallest effects, the row taken through the final norm first.</param>
/// <param name="Reason">Why the lists are empty, e.g. the hook is not in the residual stream; null where they are not.</param>
public sealed record LogitEffects(
    IReadOnlyList<TokenEffect> Positive, IReadOnlyList<TokenEffect> Negative,
    IReadOnlyList<TokenEffect> PositiveNormed, IReadOnlyList<TokenEffect> NegativeNormed, string? Reason)
{
    /// <summary>The effects on all tokens, without the final norm; null where the lists are empty.</summary>
    public LogitHistogram? Histogram { get; init; }
    /// <summary>The same through the final norm.</summary>
    public LogitHistogram? HistogramNormed { get; init; }
}

/// <summary>Effects on the logits of the whole vocabulary. Skewed to the right, a few tokens stand out: a feature that says them.</summary>
/// <param name="Low">Smallest effect: where the first bin begins.</param>
/// <param name="High">Largest effect: where the last bin ends, itself in it.</param>
/// <param name="Counts">Tokens in each of the bins, which are equally wide: low in, high not, but for the last.</param>
/// <param name="Mean">Mean over the vocabulary.</param>
/// <param name="Std">Standard deviation.</param>
/// <param name="Skew">Skewness: above 0 where few tokens are raised much more than most.</param>
public sealed record LogitHistogram(double Low, double High, IReadOnlyList<long> Counts, double Mean, double Std, double Skew);

/// <summary>Effect on the logit of one token.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Text">Its text.</param>
/// <param name="Value">Logits a unit of the feature's value.</param>
/// <param name="Z">Value less the mean over the vocabulary, ÷ its standard deviation: how far this token stands out.</param>
public sealed record TokenEffect(int Id, string Text, double Value, double Z);

/// <summary>A feature with a similar decoder row.</summary>
/// <param name="Feature">Its index.</param>
/// <param name="Cosine">Cosine of the two decoder rows.</param>
/// <param name="Density">Share of the tokens on which it fires.</param>
/// <param name="Label">What it is called; null where nobody named it.</param>
public sealed record Neighbour(int Feature, double Cosine, double Density, string? Label = null);
