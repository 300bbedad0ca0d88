using System.Text.Json.Serialization;
using SaeSharp.Lab.Contrasting;
using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Steering;
using SaeSharp.Lab.Training;

namespace SaeSharp.Lab.Jobs;

/// <summary>Hand long work over: a verb and its request. It waits its turn, goes on when nobody looks, can be cancelled, and is still known after the program was stopped.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "verb")]
[JsonDerivedType(typeof(TrainJob), "train"), JsonDerivedType(typeof(IndexJob), "index"), JsonDerivedType(typeof(EvalJob), "eval"), JsonDerivedType(typeof(ContrastJob), "contrast"), JsonDerivedType(typeof(SweepJob), "sweep")]
public abstract record JobRequest
{
    /// <summary>The verb, as JSON and the command line call it.</summary>
    internal abstract string Verb { get; }

    /// <summary>What it is done to, in a few words.</summary>
    internal abstract string About { get; }

    /// <summary>Whether a job that was stopped goes on where it was, rather than from its start.</summary>
    internal virtual bool GoesOn => false;

    /// <summary>Does the work; <paramref name="again"/> where it was begun before.</summary>
    internal abstract Task<object> Run(Workspace workspace, bool again, IProgress<Progress> progress, CancellationToken cancel);

    /// <summary>What it will take, told before it begins; null where the verb cannot tell.</summary>
    /// <exception cref="SaeSharpException">It cannot be done as asked.</exception>
    internal virtual Task<string?> Forecast(Workspace workspace, CancellationToken cancel) => Task.FromResult<string?>(null);
}

/// <summary>Trains SAEs (<c>sae train</c>). Stopped, it goes on from its last checkpoint, and ends with the bits of a run that was never stopped.</summary>
public sealed record TrainJob : JobRequest
{
    /// <summary>The request of the verb.</summary>
    public required TrainRequest Request { get; init; }

    internal override string Verb => "train";

    internal override string About => $"{string.Join(", ", Request.Arch)} at {string.Join(", ", Request.Hooks)} of {Path.GetFileName(Request.Model)}";

    internal override bool GoesOn => true;

    internal override async Task<object> Run(Workspace workspace, bool again, IProgress<Progress> progress, CancellationToken cancel) =>
        await workspace.Train(again ? Request with { Resume = true } : Request, progress, cancel).ConfigureAwait(false);

    internal override async Task<string?> Forecast(Workspace workspace, CancellationToken cancel) => await workspace.Forecast(Request, cancel).ConfigureAwait(false);
}

/// <summary>Builds feature indexes (<c>sae index</c>). Stopped, it begins anew.</summary>
public sealed record IndexJob : JobRequest
{
    /// <summary>The request of the verb.</summary>
    public required IndexRequest Request { get; init; }

    internal override string Verb => "index";

    internal override string About => Request.Sae.Count > 0 ? string.Join(", ", Request.Sae) : $"every SAE of {Path.GetFileName(Request.Model)}";

    internal override async Task<object> Run(Workspace workspace, bool again, IProgress<Progress> progress, CancellationToken cancel) => await workspace.Index(Request, progress, cancel).ConfigureAwait(false);
}

/// <summary>Measures how well an SAE stands in for the activations (<c>sae eval</c>). Stopped, it begins anew.</summary>
public sealed record EvalJob : JobRequest
{
    /// <summary>The request of the verb.</summary>
    public required EvalRequest Request { get; init; }

    internal override string Verb => "eval";

    internal override string About => Request.Sae;

    internal override async Task<object> Run(Workspace workspace, bool again, IProgress<Progress> progress, CancellationToken cancel) => await workspace.Eval(Request, progress, cancel).ConfigureAwait(false);
}

/// <summary>Tells two sets of prompts apart (<c>sae contrast</c>). Stopped, it begins anew.</summary>
public sealed record ContrastJob : JobRequest
{
    /// <summary>The request of the verb.</summary>
    public required ContrastRequest Request { get; init; }

    internal override string Verb => "contrast";

    internal override string About => $"{(Request.A is { } a ? Path.GetFileName(a) : $"{Request.PromptsA.Count} prompts")} and {(Request.B is { } b ? Path.GetFileName(b) : $"{Request.PromptsB.Count} prompts")} on {Path.GetFileName(Request.Model)}";

    internal override async Task<object> Run(Workspace workspace, bool again, IProgress<Progress> progress, CancellationToken cancel) => await workspace.Contrast(Request, progress, cancel).ConfigureAwait(false);
}

/// <summary>Pushes a feature at many strengths and layers (<c>sae steer --sweep</c>). Stopped, it begins anew.</summary>
public sealed record SweepJob : JobRequest
{
    /// <summary>The request of the verb.</summary>
    public required SweepRequest Request { get; init; }

    internal override string Verb => "sweep";

    internal override string About => Request.Feature;

    internal override async Task<object> Run(Workspace workspace, bool again, IProgress<Progress> progress, CancellationToken cancel) => await workspace.Sweep(Request, progress, cancel).ConfigureAwait(false);
}
