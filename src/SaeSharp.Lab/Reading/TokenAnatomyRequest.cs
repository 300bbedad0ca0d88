namespace SaeSharp.Lab.Reading;

/// <summary>One token end to end: its activation, what the encoder makes of it, and the reconstruction as features are added, largest first.</summary>
public sealed record TokenAnatomyRequest : PromptInput
{
    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched (sae pull).</summary>
    public required string Sae { get; init; }
    /// <summary>Place of the token in the prompt, BOS counted; left out: the last.</summary>
    public int? Position { get; init; }
    /// <summary>Most features to take apart, largest first.</summary>
    public int Most { get; init => field = OptionException.InRange(value, 1, 256); } = 64;
    /// <summary>Features that came nearest to firing to list beside them.</summary>
    public int Silent { get; init => field = OptionException.InRange(value, 0, 256); } = 8;
}

/// <summary>A token taken apart.</summary>
public sealed record TokenAnatomyResult
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }
    /// <summary>The SAE.</summary>
    public required string Sae { get; init; }
    /// <summary>The hook point that it reads.</summary>
    public required string Hook { get; init; }
    /// <summary>The prompt's tokens.</summary>
    public required IReadOnlyList<TokenCell> Tokens { get; init; }
    /// <summary>The token taken apart.</summary>
    public required int Position { get; init; }
    /// <summary>h, the activation: dIn numbers.</summary>
    public required IReadOnlyList<double> Activation { get; init; }
    /// <summary>‖h‖.</summary>
    public required double Norm { get; init; }
    /// <summary>Features of the SAE.</summary>
    public required int DSae { get; init; }
    /// <summary>Features that fire: the numbers of the code that are not zero.</summary>
    public required int Active { get; init; }
    /// <summary>The reconstruction without any feature (b_dec).</summary>
    public required IReadOnlyList<double> Base { get; init; }
    /// <summary>The features that fire, largest first, at most as many as asked for.</summary>
    public required IReadOnlyList<AnatomyFeature> Features { get; init; }
    /// <summary>Features that do not fire, the largest pre-activation first; empty where pre-activations are not known.</summary>
    public required IReadOnlyList<SilentFeature> Silent { get; init; }
    /// <summary>The reconstruction with the first 0, 1, 2 .. of <see cref="Features"/>.</summary>
    public required IReadOnlyList<PartialReconstruction> Kept { get; init; }
}

/// <summary>A feature that fires.</summary>
/// <param name="Feature">Its index.</param>
/// <param name="Value">Its latent, in units of a decoder row of length 1.</param>
/// <param name="PreActivation">What the encoder computed, in the same units; null for an encoder whose latent is another function of the activation.</param>
/// <param name="NonZero">Numbers of its decoder row that are not zero.</param>
/// <param name="Adds">What it adds to the reconstruction: dIn numbers.</param>
public sealed record AnatomyFeature(int Feature, double Value, double? PreActivation, int NonZero, IReadOnlyList<double> Adds);

/// <summary>A feature that does not fire.</summary>
/// <param name="Feature">Its index.</param>
/// <param name="PreActivation">What the encoder computed.</param>
public sealed record SilentFeature(int Feature, double PreActivation);

/// <summary>A reconstruction from some of the features.</summary>
/// <param name="Features">How many.</param>
/// <param name="ErrorShare">‖h − ĥ‖² ÷ ‖h‖².</param>
/// <param name="Cosine">Of h and ĥ; null where one is zero.</param>
public sealed record PartialReconstruction(int Features, double ErrorShare, double? Cosine);
