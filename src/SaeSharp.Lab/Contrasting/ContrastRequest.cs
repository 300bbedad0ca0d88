using SaeSharp.Lab.Probing;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab.Contrasting;

/// <summary>Which features tell the prompts of set A from those of set B, at every layer that has an SAE; with chance, confounds and a linear probe beside them.</summary>
public sealed record ContrastRequest : ChatInput
{
    /// <summary>Model: a folder with config.json and weights, a GGUF or llama2.c file, a name in the workspace, or a name on the hub that was fetched (sae pull).</summary>
    public required string Model { get; init; }
    /// <summary>Prompts of set A: .txt (one a line), .jsonl, .csv or .parquet, also packed as .gz or .zst.</summary>
    public string? A { get; init; }
    /// <summary>Prompts of set B, likewise.</summary>
    public string? B { get; init; }
    /// <summary>Prompts of set A, one by one instead of a file.</summary>
    public IReadOnlyList<string> PromptsA { get; init; } = [];
    /// <summary>Prompts of set B, one by one instead of a file.</summary>
    public IReadOnlyList<string> PromptsB { get; init; } = [];
    /// <summary>Field or column of the files that holds the prompt.</summary>
    public string Field { get; init; } = "text";
    /// <summary>How a .txt is cut into prompts: line, blank (empty lines), none, or a separating text.</summary>
    public string Split { get; init; } = "line";
    /// <summary>The n-th prompt of A belongs with the n-th of B: labels are shuffled within pairs only, and pairs are not torn by the halves.</summary>
    public bool Paired { get; init; }
    /// <summary>Take prompts as they are. Otherwise the model's chat template is put around each, where it has one.</summary>
    public bool Plain { get; init; }
    /// <summary>SAEs to read with: folders, names in the workspace or published ones that were fetched. Left out: every SAE in the workspace that was trained on this model.</summary>
    public IReadOnlyList<string> Saes { get; init; } = [];
    /// <summary>How the tokens of a prompt become one number of each feature: max or mean (over the prompt's own tokens: no BOS, nothing the template wrote), or last (the last token that the model reads, the template's included).</summary>
    public Pooling Pooling { get; init; } = Pooling.Max;
    /// <summary>Chosen tokens in place of those: positions from 0 or, negative, from the end (-1 is the last), and ranges: -3..-1, or 0,2,-1. Pooled by max or mean.</summary>
    public string? At { get; init; }
    /// <summary>Features to describe of each sign.</summary>
    public int Top { get; init; } = 10;
    /// <summary>Random relabellings that chance is measured with.</summary>
    public int Shuffles { get; init; } = 1000;
    /// <summary>Inverse weight of the L2 penalty of every logistic regression here, as in sae probe.</summary>
    public double C { get; init; } = 1;
    /// <summary>Seed of the halves and of the relabellings.</summary>
    public int Seed { get; init; }
    /// <summary>The prompt on which steerability is measured: one that says nothing.</summary>
    public string Neutral { get; init; } = "From my experience,";
    /// <summary>Features of the bundle: those with the largest natural difference, both signs.</summary>
    public int Bundle { get; init; } = 8;
    /// <summary>SAE of the bundle; left out: that of the feature ranked first.</summary>
    public string? BundleSae { get; init; }
    /// <summary>Which set the bundle pushes towards: a or b.</summary>
    public ContrastSide Toward { get; init; }
    /// <summary>Coefficients of the bundle as multiples of the natural differences.</summary>
    public double BundleScale { get; init; } = 1;
    /// <summary>Where to write the bundle: an edits file for sae steer and sae generate.</summary>
    public string? BundleOut { get; init; }
    /// <summary>Where to write every feature of every layer: a .csv.</summary>
    public string? Out { get; init; }
}

/// <summary>One of the two sets of prompts.</summary>
public enum ContrastSide
{
    /// <summary>The first.</summary>
    A,
    /// <summary>The second.</summary>
    B,
}
