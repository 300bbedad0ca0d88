using SaeSharp.Lab.Reading;

namespace SaeSharp.Lab.Steering;

/// <summary>What another push of the same size does, or a prompt that asks for the same: what they do alike is not the feature's doing.</summary>
public sealed record SteeringControl
{
    /// <summary>What was pushed instead.</summary>
    public required ControlKind Kind { get; init; }
    /// <summary>The features pushed, written SAE:N=C; empty for a direction and for a prompt.</summary>
    public required IReadOnlyList<string> Features { get; init; }
    /// <summary>The continuation.</summary>
    public required GenerateResult Text { get; init; }
    /// <summary>KL of the next-token distributions at the last prompt token, without ‖ with this push (or behind this prompt), nats.</summary>
    public required double Kl { get; init; }
    /// <summary>How the continuation reads.</summary>
    public required TextFigures Figures { get; init; }
}

/// <summary>What a control pushes.</summary>
public enum ControlKind
{
    /// <summary>The same features the other way.</summary>
    Opposite,
    /// <summary>Other features of the same SAEs, drawn at random, at the same coefficients; their sum made as long as that of the features steered.</summary>
    Feature,
    /// <summary>A random direction, as long as the sum of what was added at that hook.</summary>
    Direction,
    /// <summary>Nothing: another prompt asks for it in words.</summary>
    Prompt,
}

/// <summary>Whether a continuation is still language.</summary>
/// <param name="Loss">Mean −log p of its tokens under the model without edits, nats; null where it has none.</param>
/// <param name="Repetition">Share of its pairs of neighbouring tokens that stood in it before; null where it has none.</param>
public sealed record TextFigures(double? Loss, double? Repetition);
