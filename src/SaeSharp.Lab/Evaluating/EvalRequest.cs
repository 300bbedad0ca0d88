using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Evaluating;

/// <summary>How well an SAE stands in for the activations of its model.</summary>
public sealed record EvalRequest
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public required string Sae { get; init; }
    /// <summary>Model; left out: the one the SAE was trained on, where it is in the workspace.</summary>
    public string? Model { get; init; }
    /// <summary>The texts and their windows.</summary>
    public required CorpusOptions Corpus { get; init; }
    /// <summary>Stop after this many tokens; 0 takes all.</summary>
    public long Tokens { get; init; }
    /// <summary>Most tokens a batch. Figures do not depend on it, but for those that are means over batches by definition, which then have batches of exactly this size.</summary>
    public int Batch { get; init; } = 4096;
    /// <summary>Figures to compute, by the names in the result: fvu, l0, ceRecovered ... Left out: all but those that are means over batches. What is not asked for is not run.</summary>
    public IReadOnlyList<string>? Metrics { get; init; }
    /// <summary>More token ids that are left alone like BOS: neither encoded, counted nor replaced, in any of the runs.</summary>
    public IReadOnlyList<int>? IgnoreIds { get; init; }
    /// <summary>Leave all special tokens of the tokenizer alone, not only BOS.</summary>
    public bool IgnoreSpecial { get; init; }
    /// <summary>Whose definition, where one word means two things. ours: KL over the positions that the loss counts; ablations leave ignored tokens alone. sae-lens: as its run_evals, KL counts the last token of a window too, zero ablation zeroes ignored tokens as well, and the means over batches are given.</summary>
    public EvalConvention Convention { get; init; }
    /// <summary>Also give the figures of each latent: density, firings in a text, norms, biases, cosines.</summary>
    public bool PerLatent { get; init; }
}

/// <summary>Whose definitions.</summary>
public enum EvalConvention
{
    /// <summary>Every run treats the same tokens alike, and loss and KL count the same positions.</summary>
    Ours,
    /// <summary>As <c>run_evals</c> of SAELens 6.54.</summary>
    SaeLens,
}
