using System.Reflection;
using System.Runtime.InteropServices;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Training;

/// <summary>What a training is about and where it ran.</summary>
public sealed record RunInfo
{
    /// <summary>Its folder's name under <c>runs/</c>.</summary>
    public required string Id { get; init; }
    /// <summary>The model.</summary>
    public required string Model { get; init; }
    /// <summary>Hook point.</summary>
    public required string Hook { get; init; }
    /// <summary>Architecture.</summary>
    public required string Architecture { get; init; }
    /// <summary>Width of the activations.</summary>
    public required int DIn { get; init; }
    /// <summary>Number of features.</summary>
    public required int DSae { get; init; }
    /// <summary>Latents kept on a token; null where the architecture has no such number.</summary>
    public required double? K { get; init; }
    /// <summary>Steps in all.</summary>
    public required int Steps { get; init; }
    /// <summary>Tokens a step.</summary>
    public required int Batch { get; init; }
    /// <summary>Where the SAE is saved.</summary>
    public required string Out { get; init; }
    /// <summary>The request.</summary>
    public required TrainRequest Request { get; init; }
    /// <summary>When it was started or resumed last.</summary>
    public required DateTimeOffset Started { get; init; }
    /// <summary>The process that runs it.</summary>
    public required int ProcessId { get; init; }
    /// <summary>Where it runs.</summary>
    public required RunEnvironment Environment { get; init; }

    internal static RunInfo Of(PlannedSae sae, TrainRequest request, int threads) => new()
    {
        Id = ContentHash.OfText(sae.Folder)[..16], Model = sae.Config.ModelName ?? request.Model, Hook = sae.Hook, Architecture = sae.Config.Architecture,
        DIn = sae.Config.DIn, DSae = sae.Config.DSae, K = sae.Config.K > 0 ? sae.Config.K : null, Steps = sae.Options.Steps, Batch = request.Batch, Out = sae.Folder,
        Request = request, Started = DateTimeOffset.UtcNow, ProcessId = System.Environment.ProcessId, Environment = RunEnvironment.Here(threads),
    };
}

/// <summary>The program and the machine of a run.</summary>
/// <param name="Version">Of this program.</param>
/// <param name="Runtime">Of .NET.</param>
/// <param name="System">Operating system.</param>
/// <param name="Architecture">Processor architecture.</param>
/// <param name="Cores">Logical processors.</param>
/// <param name="Threads">Compute threads used.</param>
/// <param name="MemoryBytes">Memory the process may use.</param>
public sealed record RunEnvironment(string Version, string Runtime, string System, string Architecture, int Cores, int Threads, long MemoryBytes)
{
    internal static RunEnvironment Here(int threads) => new(
        typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "", RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription, RuntimeInformation.ProcessArchitecture.ToString(), global::System.Environment.ProcessorCount,
        threads > 0 ? threads : global::System.Environment.ProcessorCount, TrainingCost.MemoryAtHand);
}
