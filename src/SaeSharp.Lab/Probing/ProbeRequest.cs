namespace SaeSharp.Lab.Probing;

/// <summary>How well labels of texts can be read off a few latents of an SAE (k-sparse probing), beside a linear probe on the raw activations.</summary>
public sealed record ProbeRequest
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public required string Sae { get; init; }
    /// <summary>Model; left out: the one the SAE was trained on, where it is in the workspace.</summary>
    public string? Model { get; init; }
    /// <summary>Labelled texts: one .jsonl, .csv or .parquet with a text and a label each; or several files of texts, each a class that is called by its file's name.</summary>
    public required string Texts { get; init; }
    /// <summary>Field or column that holds the text.</summary>
    public string Field { get; init; } = "text";
    /// <summary>Field or column that holds the label: words, numbers or true and false.</summary>
    public string LabelField { get; init; } = "label";
    /// <summary>How plain files of a class are cut into texts: line, blank (empty lines), none, or a separating text.</summary>
    public string Split { get; init; } = "line";
    /// <summary>With two labels: the one that is looked for; left out: the last in alphabetical order. With more, each is looked for among the rest.</summary>
    public string? Positive { get; init; }
    /// <summary>How the tokens of a text become one row of numbers: mean, max or last. BOS does not count.</summary>
    public Pooling Pooling { get; init; }
    /// <summary>Numbers of latents to probe with, chosen by |mean of positive − mean of negative training texts|; a probe on all latents comes beside them.</summary>
    public IReadOnlyList<int> K { get; init; } = [1, 5];
    /// <summary>Inverse weight of the L2 penalty: the probe minimises ‖w‖²/2 + C·Σ log(1 + exp(−y(w·x + b))).</summary>
    public double C { get; init; } = 1;
    /// <summary>Share of each label's texts that is held out for the scores.</summary>
    public double TestShare { get; init; } = 0.2;
    /// <summary>Texts taken of each label, from the first; 0 takes all.</summary>
    public int PerLabel { get; init; }
    /// <summary>Longest text in tokens, BOS included; the rest of a longer one is not read.</summary>
    public int Context { get; init; } = 128;
    /// <summary>Seed of the split and of the intervals.</summary>
    public int Seed { get; init; }
}

/// <summary>How the tokens of a text become one row.</summary>
public enum Pooling
{
    /// <summary>The mean over its tokens.</summary>
    Mean,
    /// <summary>The largest value over its tokens.</summary>
    Max,
    /// <summary>Its last token.</summary>
    Last,
}
