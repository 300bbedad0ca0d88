using System.Text.Json;
using System.Text.Json.Serialization;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Runs;

/// <summary>What a checkpoint says about its run: how far it is, and all that has to be the same for it to go on.</summary>
internal sealed record RunRecord
{
    public required int Step { get; init; }

    public required int BadBatches { get; init; }

    public required int BatchSize { get; init; }

    public required long TokensPerEpoch { get; init; }

    public required string Architecture { get; init; }

    public required int DIn { get; init; }

    public required int DSae { get; init; }

    public required int? DOut { get; init; }

    public required int K { get; init; }

    public PursuitOptions? Pursuit { get; init; }

    public required bool RescaleActsByDecoderNorm { get; init; }

    public required bool ApplyBDecToInput { get; init; }

    public required string? ModelName { get; init; }

    public required string? HookName { get; init; }

    public required string? HookNameOut { get; init; }

    public required TrainingOptions Options { get; init; }

    public static RunRecord Of(SaeTrainer trainer)
    {
        var config = trainer.Setting.Config;
        return new()
        {
            Step = trainer.Step, BadBatches = trainer.BadBatches, BatchSize = trainer.Source.BatchSize, TokensPerEpoch = trainer.Source.TokensPerEpoch,
            Architecture = config.Architecture, DIn = config.DIn, DSae = config.DSae, DOut = config.DOut, K = config.K, Pursuit = config.Pursuit, RescaleActsByDecoderNorm = config.RescaleActsByDecoderNorm,
            ApplyBDecToInput = config.ApplyBDecToInput, ModelName = config.ModelName, HookName = config.HookName, HookNameOut = config.HookNameOut, Options = trainer.Setting.Options,
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
        var same = run with { Step = 0, BadBatches = 0, Options = run.Options with { CheckpointEvery = 0 } };
        return Flat("", JsonSerializer.SerializeToElement(same, RunJson.Default.RunRecord)).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>Every value with the names that lead to it.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Flat(string path, JsonElement json) => json.ValueKind == JsonValueKind.Object
        ? json.EnumerateObject().SelectMany(property => Flat(path.Length == 0 ? property.Name : $"{path}.{property.Name}", property.Value))
        : [new(path, json.GetRawText())];
}

/// <summary>How run records are written.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RunRecord))]
internal sealed partial class RunJson : JsonSerializerContext;
