namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>Score SAEs of the demo model against the truth: which concepts of fresh texts one latent finds, beside what probes, single coordinates and an untrained dictionary find.</summary>
public sealed record DemoScoreRequest
{
    /// <summary>SAEs to score: folders or names in the workspace. Left out: all in the workspace that were trained on the model.</summary>
    public IReadOnlyList<string> Saes { get; init; } = [];
    /// <summary>The demo model, or another one with its tokenizer.</summary>
    public string Model { get; init; } = "demo";
    /// <summary>Tokens of fresh text: latents and layers are chosen on one half and measured on the other.</summary>
    public int Tokens { get; init; } = 200_000;
    /// <summary>Requests of each kind (seen, unseen pairs, unseen frames, both) that the harmful request is measured on.</summary>
    public int Requests { get; init; } = 600;
    /// <summary>Seed of the texts. The demo model was trained on seed 0.</summary>
    public int Seed { get; init; } = 1_000;
    /// <summary>Leave out how many latents a sparse probe needs, which takes as long as the rest.</summary>
    public bool NoSparseProbes { get; init; }
}
