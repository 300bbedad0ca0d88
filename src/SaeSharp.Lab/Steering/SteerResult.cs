using System.Text.Json.Serialization;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab.Steering;

/// <summary>What steering did.</summary>
public sealed record SteerResult
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }
    /// <summary>The prompt as the chat template made it; left out for a plain one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PromptText { get; init; }
    /// <summary>The prompt's tokens.</summary>
    public required IReadOnlyList<TokenCell> Prompt { get; init; }
    /// <summary>What was asked for, beside what the features do here by themselves.</summary>
    public required IReadOnlyList<SteeredFeature> Features { get; init; }
    /// <summary>Directions that were pushed where they are no feature's own: along a rail, by a difference of means, from a file.</summary>
    public required IReadOnlyList<SteeredVector> Vectors { get; init; }
    /// <summary>The continuation without edits.</summary>
    public required GenerateResult Before { get; init; }
    /// <summary>The continuation with edits.</summary>
    public required GenerateResult After { get; init; }
    /// <summary>KL of the next-token distributions at the last prompt token, without ‖ with edits, nats.</summary>
    public required double Kl { get; init; }
    /// <summary>The same KL where nothing is pushed and only what the SAEs do not explain is left out: how much of the change is not the push's doing; left out where that stays.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? KlOfReconstruction { get; init; }
    /// <summary>The likeliest next tokens at the last prompt token, of both runs.</summary>
    public required IReadOnlyList<NextToken> NextTokens { get; init; }
    /// <summary>The tokens asked for, before and after; empty where none were.</summary>
    public required IReadOnlyList<WordChange> Words { get; init; }
    /// <summary>The text both runs are read back on: the prompt, then the continuation named by <see cref="ContinuationOf"/>. The same tokens go through both runs, or a difference would mean nothing.</summary>
    public required IReadOnlyList<TokenCell> ReadBack { get; init; }
    /// <summary>Whose continuation that is: <c>before</c>.</summary>
    public required string ContinuationOf { get; init; }
    /// <summary>The features at every layer, before, after and difference.</summary>
    public required IReadOnlyList<LayerChange> Layers { get; init; }
    /// <summary>Other pushes of the same size; empty where none were asked for.</summary>
    public required IReadOnlyList<SteeringControl> Controls { get; init; }
    /// <summary>How the continuation without edits reads; left out without controls.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TextFigures? BeforeFigures { get; init; }
    /// <summary>How the continuation with edits reads; left out without controls.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TextFigures? AfterFigures { get; init; }
}

/// <summary>A feature that was pushed.</summary>
public sealed record SteeredFeature
{
    /// <summary>Its SAE.</summary>
    public required string Sae { get; init; }
    /// <summary>Its index.</summary>
    public required int Feature { get; init; }
    /// <summary>What it is called; null where nobody named it.</summary>
    public string? Label { get; init; }
    /// <summary>The hook point it was pushed at.</summary>
    public required string Hook { get; init; }
    /// <summary>The layer in the hook's name, null where it has none.</summary>
    public int? Layer { get; init; }
    /// <summary>What was done.</summary>
    public required EditOp Op { get; init; }
    /// <summary>The formula of that, e.g. <c>h += C·v</c>.</summary>
    public required string Formula { get; init; }
    /// <summary>Where.</summary>
    public required EditPositions Positions { get; init; }
    /// <summary>C, in units of latents.</summary>
    public required double Coefficient { get; init; }
    /// <summary>The natural coefficient: the feature's largest value on this prompt without edits, special tokens left out; 0 where it does not fire.</summary>
    public required double Natural { get; init; }
    /// <summary>Where that is; null where it does not fire.</summary>
    public int? NaturalPosition { get; init; }
    /// <summary>The token there.</summary>
    public string? NaturalToken { get; init; }
    /// <summary>Its value on each prompt token without edits.</summary>
    public required IReadOnlyList<double> NaturalValues { get; init; }
    /// <summary>C ÷ natural; null where the prompt does not use the feature.</summary>
    public double? TimesNatural { get; init; }
    /// <summary>Largest value in the index; null without an index.</summary>
    public double? IndexMax { get; init; }
    /// <summary>C ÷ the largest value in the index; null without an index.</summary>
    public double? OfIndexMax { get; init; }
    /// <summary>Mean ‖h‖ at the edited prompt positions (all but special ones where none is edited).</summary>
    public required double MeanNorm { get; init; }
    /// <summary>|C| ÷ that norm.</summary>
    public double? OfNorm { get; init; }
    /// <summary>The feature re-encoded from the edited h, on each prompt token. Differs from natural + C: the encoder's row is not the decoder's, and other features take part.</summary>
    public required IReadOnlyList<double> ReencodedValues { get; init; }
    /// <summary>Largest of them, special tokens left out.</summary>
    public required double Reencoded { get; init; }
    /// <summary>What a reader should know, e.g. why a figure is null; null where there is nothing.</summary>
    public string? Note { get; init; }
}

/// <summary>A direction that was pushed at a hook.</summary>
public sealed record SteeredVector
{
    /// <summary>Whose direction it is: a feature's, SAE:N; else difference of means, or vector.</summary>
    public required string Name { get; init; }
    /// <summary>The hook point.</summary>
    public required string Hook { get; init; }
    /// <summary>The layer in the hook's name, null where it has none.</summary>
    public int? Layer { get; init; }
    /// <summary>What was done.</summary>
    public required EditOp Op { get; init; }
    /// <summary>The formula of that.</summary>
    public required string Formula { get; init; }
    /// <summary>Where.</summary>
    public required EditPositions Positions { get; init; }
    /// <summary>C.</summary>
    public required double Coefficient { get; init; }
    /// <summary>‖v‖; 1 for a feature's direction, null for a vector that differs from position to position.</summary>
    public double? Length { get; init; }
    /// <summary>h·v̂ without edits, mean over the edited prompt positions (all but special ones where none is edited): how much of the direction is there by itself; null as above.</summary>
    public double? Along { get; init; }
    /// <summary>Mean ‖h‖ over the same positions.</summary>
    public required double MeanNorm { get; init; }
    /// <summary>|C|·‖v‖ ÷ that norm, where something is added; null elsewhere.</summary>
    public double? OfNorm { get; init; }
}

/// <summary>A token asked for, at the last prompt token.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Text">Its text.</param>
/// <param name="LogitBefore">Its logit without edits.</param>
/// <param name="LogitAfter">Its logit with edits.</param>
/// <param name="Before">Its probability without edits.</param>
/// <param name="After">Its probability with edits.</param>
/// <param name="RankBefore">How many tokens are likelier without edits, plus 1.</param>
/// <param name="RankAfter">How many tokens are likelier with edits, plus 1.</param>
public sealed record WordChange(int Id, string Text, double LogitBefore, double LogitAfter, double Before, double After, int RankBefore, int RankAfter);

/// <summary>A token both runs might say next.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Text">Its text.</param>
/// <param name="Before">Its probability without edits.</param>
/// <param name="After">Its probability with edits.</param>
public sealed record NextToken(int Id, string Text, double Before, double After);

/// <summary>One layer before and after.</summary>
public sealed record LayerChange
{
    /// <summary>The SAE it was read with.</summary>
    public required string Sae { get; init; }
    /// <summary>Its hook point.</summary>
    public required string Hook { get; init; }
    /// <summary>The layer in the hook's name, null where it has none.</summary>
    public int? Layer { get; init; }
    /// <summary>Mean ‖h after‖ ÷ ‖h before‖ over the tokens read back, special ones left out.</summary>
    public double? NormRatio { get; init; }
    /// <summary>Mean cosine of h before and after over the same tokens.</summary>
    public double? Cosine { get; init; }
    /// <summary>‖h after − h before‖ ÷ ‖h before‖ on each token read back: the layer × token map of the edit's reach.</summary>
    public required IReadOnlyList<double> ChangeOfNorm { get; init; }
    /// <summary>The features that changed most on the prompt, largest absolute difference first.</summary>
    public required IReadOnlyList<FeatureChange> Prompt { get; init; }
    /// <summary>The features that changed most on the continuation.</summary>
    public required IReadOnlyList<FeatureChange> Continuation { get; init; }
    /// <summary>How many features fire on some token read back with edits, and on none without.</summary>
    public required int Appeared { get; init; }
    /// <summary>How many features fire on some token read back without edits, and on none with them.</summary>
    public required int Vanished { get; init; }
    /// <summary>Those of the features that appeared whose value is largest.</summary>
    public required IReadOnlyList<FeatureChange> TopAppeared { get; init; }
    /// <summary>Those of the features that vanished whose value was largest.</summary>
    public required IReadOnlyList<FeatureChange> TopVanished { get; init; }
    /// <summary>The steered features of this SAE and those that were to be followed, on each token read back.</summary>
    public required IReadOnlyList<SteeredTrace> Steered { get; init; }
}

/// <summary>A feature whose value changed.</summary>
/// <param name="Feature">Its index.</param>
/// <param name="Position">The token with its largest change.</param>
/// <param name="Before">Its value there without edits.</param>
/// <param name="After">Its value there with edits.</param>
/// <param name="Difference">After − before.</param>
/// <param name="OfMax">Difference ÷ its largest value in the index; null without an index.</param>
/// <param name="Label">What it is called; null where nobody named it.</param>
public sealed record FeatureChange(int Feature, int Position, double Before, double After, double Difference, double? OfMax, string? Label = null);

/// <summary>A steered or followed feature on each token read back.</summary>
/// <param name="Feature">Its index.</param>
/// <param name="Before">Values without edits.</param>
/// <param name="After">Values with edits.</param>
/// <param name="Difference">After − before.</param>
/// <param name="Label">What it is called; null where nobody named it.</param>
/// <param name="TwinOf">The pushed feature, SAE:N, that its decoder row is most like at this layer; null where it is followed for its own sake.</param>
/// <param name="Cosine">Cosine of the two rows; null likewise.</param>
public sealed record SteeredTrace(
    int Feature, IReadOnlyList<double> Before, IReadOnlyList<double> After, IReadOnlyList<double> Difference, string? Label = null, string? TwinOf = null, double? Cosine = null);
