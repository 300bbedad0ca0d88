using System.Text.Json;
using System.Text.Json.Serialization;

namespace SaeSharp.Saes.Training;

/// <summary>What a checkpoint says about its run: how far it is, and all that has to be the same for it to go on.</summary>
internal sealed record RunRecord
{
    public required int Step { get; init; }

    public required double? ActivationScale { get; init; }

    public required int BatchSize { get; init; }

    public required long TokensPerEpoch { get; init; }

    public required string Architecture { get; init; }

    public required int DIn { get; init; }

    public required int DSae { get; init; }

    public required int K { get; init; }

    public required bool RescaleActsByDecoderNorm { get; init; }

    public required bool ApplyBDecToInput { get; init; }

    public required string? ModelName { get; init; }

    public required string? HookName { get; init; }

    public required TrainingOptions Options { get; init; }

    public static RunRecord Of(SaeTrainer trainer)
    {
        var config = trainer.Setting.Config;
        return new()
        {
            Step = trainer.Step, ActivationScale = trainer.ActivationScale, BatchSize = trainer.Source.BatchSize, TokensPerEpoch = trainer.Source.TokensPerEpoch,
            Architecture = config.Architecture, DIn = config.DIn, DSae = config.DSae, K = config.K, RescaleActsByDecoderNorm = config.RescaleActsByDecoderNorm,
            ApplyBDecToInput = config.ApplyBDecToInput, ModelName = config.ModelName, HookName = config.HookName, Options = trainer.Setting.Options,
        };
    }

    /// <summary>The first setting in which <paramref name="other"/> differs and that changes the result.</summary>
    public (string What, string Theirs, string Ours)? FirstDifference(RunRecord other)
    {
        var (ours, theirs) = (Settings(this), Settings(other));
        foreach (var (name, value) in ours)
            if (theirs[name] != value) return (name, theirs[name], value);
        return null;
    }

    private static Dictionary<string, string> Settings(RunRecord run)
    {
        // Progress differs by nature, and how often checkpoints are written changes no weight.
        var same = run with { Step = 0, ActivationScale = null, Options = run.Options with { CheckpointEvery = 0 } };
        var json = JsonSerializer.SerializeToElement(same, RunJson.Default.RunRecord);
        return json.EnumerateObject().SelectMany(property => property.Value.ValueKind == JsonValueKind.Object ? property.Value.EnumerateObject() : Enumerable.Repeat(property, 1))
            .ToDictionary(property => property.Name, property => property.Value.GetRawText());
    }
}

/// <summary>How run records are written.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RunRecord))]
internal sealed partial class RunJson : JsonSerializerContext;
