using SaeSharp.Lab.Training;

namespace SaeSharp.Lab.Tests;

/// <summary>A workspace of its own with a transcoder of two architectures, a crosscoder and an SAE of a hook of each, trained for a few steps.</summary>
public sealed class SeveralHooksWorkspace : IAsyncLifetime
{
    public const string Read = "blocks.1.ln2.hook_normalized", Written = "blocks.1.hook_mlp_out", First = "blocks.0.hook_resid_post", Second = "blocks.1.hook_resid_post";

    public static TrainRequest Transcoder => TinyWorkspace.Training with { Hooks = [Read], HookOut = Written, Out = "transcoder", Arch = ["topk", "batchtopk"], Skip = true };

    public static TrainRequest Crosscoder => TinyWorkspace.Training with { Hooks = [First, Second], Crosscoder = true };

    public Workspace Workspace { get; private set; } = null!;

    public string Home { get; } = Path.Combine(Path.GetTempPath(), $"saesharp-tests-{Guid.NewGuid():N}");

    public IReadOnlyList<TrainedSae> Transcoders { get; private set; } = [];

    public TrainedSae Crossed { get; private set; } = null!;

    /// <summary>An SAE of what the transcoder writes.</summary>
    public TrainedSae Plain { get; private set; } = null!;

    /// <summary>An SAE of the crosscoder's last hook.</summary>
    public TrainedSae Last { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Workspace = Workspace.Open(Home, threads: 2);
        Transcoders = (await Workspace.Train(Transcoder)).Saes;
        Crossed = Assert.Single((await Workspace.Train(Crosscoder)).Saes);
        var plain = (await Workspace.Train(TinyWorkspace.Training with { Hooks = [Written, Second] })).Saes;
        (Plain, Last) = (plain[0], plain[1]);
    }

    public ValueTask DisposeAsync()
    {
        Workspace.Dispose();
        Directory.Delete(Home, recursive: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Tests that share it.</summary>
[CollectionDefinition]
public sealed class SeveralHooksWorkspaceTests : ICollectionFixture<SeveralHooksWorkspace>;
