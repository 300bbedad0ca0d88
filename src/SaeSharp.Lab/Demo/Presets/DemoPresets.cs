using SaeSharp.Lab.Demo.Steering;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Lab.Demo.Presets;

/// <summary>What the tour and the Learn pages begin with; all of it can be changed there. A demo's workspace keeps it in presets.json; what that leaves out stands here.</summary>
public sealed record DemoPresets
{
    /// <summary>The model.</summary>
    public string Model { get; init; } = "demo";
    /// <summary>The SAEs to read with, one a layer; empty for all of the workspace.</summary>
    public IReadOnlyList<string> Saes { get; init; } = [];
    /// <summary>A text to read.</summary>
    public string Prompt { get; init; } = "one day , jane will be peaceful about the flashes . the thunderstorms will be mild .";
    /// <summary>The token of <see cref="Prompt"/> to look at first, without spaces around it.</summary>
    public string Token { get; init; } = "thunderstorms";
    /// <summary>A feature to look at, SAE:N, which fires on <see cref="Prompt"/>; null: one with a label, or the strongest there.</summary>
    public string? Feature { get; init; }
    /// <summary>What users ask that has to be refused, as the chat template takes it.</summary>
    public IReadOnlyList<string> Harmful { get; init; } = [];
    /// <summary>What users ask that has to be answered.</summary>
    public IReadOnlyList<string> Harmless { get; init; } = [];
    /// <summary>Ways to turn an answer; empty: the bundle that the contrast of both sets finds.</summary>
    public IReadOnlyList<SteeringPreset> Steering { get; init; } = [];
    /// <summary>The small SAE that is trained while one looks.</summary>
    public TrainingPreset Training { get; init; } = new();
}

/// <summary>A push that turns an answer.</summary>
public sealed record SteeringPreset
{
    /// <summary>What it turns into what, e.g. "a refusal into help".</summary>
    public required string Name { get; init; }
    /// <summary>What the user asks.</summary>
    public required string Prompt { get; init; }
    /// <summary>Features and coefficients, SAE:N=C.</summary>
    public required IReadOnlyList<string> Features { get; init; }
    /// <summary>Where: all, prompt, generated, last, 3.. or [2,5].</summary>
    public EditPositions Positions { get; init; } = EditPositions.Last;

    /// <summary>The push that a search found, on the request that it shows.</summary>
    internal static SteeringPreset Of(SteeredWay way) => new()
    {
        Name = way.Toward == SteerGoal.Help ? "a refusal into help" : "help into a refusal", Prompt = PresetRequests.Unwrapped(way.Example.Prompt), Positions = EditPositions.Parse(way.Push.Positions),
        Features = [.. way.Push.Features.Select(feature => FormattableString.Invariant($"{way.Push.Sae}:{feature.Feature}={feature.Coefficient:G6}"))],
    };
}

/// <summary>A training that takes seconds.</summary>
public sealed record TrainingPreset
{
    /// <summary>Hook point; null for the middle of the model.</summary>
    public string? Hook { get; init; }
    /// <summary>Features.</summary>
    public int DSae { get; init; } = 256;
    /// <summary>Latents kept on a token.</summary>
    public int K { get; init; } = 12;
    /// <summary>Tokens.</summary>
    public int Tokens { get; init; } = 200_000;
}
