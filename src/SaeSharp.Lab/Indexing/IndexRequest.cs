using System.Text.Json.Serialization;
using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Indexing;

/// <summary>Build feature indexes: statistics and examples of every feature of an SAE, or of all SAEs of a model, over a corpus that the model reads once.</summary>
public sealed record IndexRequest
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull); several with commas between them. Left out: every SAE in the workspace that was trained on the model.</summary>
    public OneOrMore<string> Sae { get; init; }
    /// <summary>Model, for all of them; left out: the one the SAE was trained on, where it is in the workspace.</summary>
    public string? Model { get; init; }
    /// <summary>The texts and their windows.</summary>
    public required CorpusOptions Corpus { get; init; }
    /// <summary>Stop after this many tokens; 0 takes all.</summary>
    public long Tokens { get; init; }
    /// <summary>Tokens a batch; the files do not depend on it.</summary>
    public int Batch { get; init; } = 4096;
    /// <summary>Top examples kept of each feature.</summary>
    public int Top { get; init; } = 20;
    /// <summary>Equal-width intervals of [0, max] from which examples are kept.</summary>
    public int Intervals { get; init; } = 5;
    /// <summary>Examples kept of each interval.</summary>
    public int PerInterval { get; init; } = 4;
    /// <summary>Look-alikes kept of each feature: places with a token it fires on strongly, after much the same text, where it does not fire.</summary>
    public int NearMisses { get; init; } = 5;
    /// <summary>Most correlated features kept of each feature, exact over the whole corpus; 0 saves tokens × L0² steps.</summary>
    public int CoFiring { get; init; } = 10;
    /// <summary>Tokens of context before the example's token.</summary>
    public int Before { get; init; } = 24;
    /// <summary>Tokens of context after it.</summary>
    public int After { get; init; } = 12;
    /// <summary>Seed by which interval examples are drawn.</summary>
    public int Seed { get; init; }
    /// <summary>Keep every firing, too: some 7 bytes each. Needed to list all places of a feature, to add text later and to merge.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Postings { get; init; }
    /// <summary>Add the texts to the newest index of each SAE, which must keep its firings (--postings), instead of making one of them alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool More { get; init; }
}

/// <summary>What was indexed.</summary>
/// <param name="Saes">The indexes, in the order of the SAEs.</param>
/// <param name="Seconds">Wall-clock time.</param>
/// <param name="TokensPerSecond">Tokens of the corpus a second.</param>
public sealed record IndexResult(IReadOnlyList<IndexedSae> Saes, double Seconds, double TokensPerSecond);

/// <summary>One index that was made.</summary>
/// <param name="Index">What the index is and what it was made from.</param>
/// <param name="Alive">Features that fire at least once.</param>
/// <param name="Dense">Features that fire on more than a tenth of the tokens.</param>
/// <param name="L0">Mean number of features on a token.</param>
public sealed record IndexedSae(IndexInfo Index, int Alive, int Dense, double L0);
