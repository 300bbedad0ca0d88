using SaeSharp.Lab.Benchmarks;
using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Reading;
using SaeSharp.Lab.Steering;
using SaeSharp.Lab.Training;

namespace SaeSharp.Lab;

/// <summary>Everything the product can do, one method per verb: a request record in, a result record out. Safe to call from several threads; models and SAEs are loaded once.</summary>
/// <remarks>A workspace is a folder: <c>models/</c>, <c>saes/</c>, <c>indexes/</c>, <c>runs/</c>. Errors a person can fix are told by <see cref="Problem.Of"/>.</remarks>
public sealed class Workspace : IDisposable
{
    private Workspace(string home, int threads) => (Home, Threads) = (home, threads);

    /// <summary>Opens the workspace in <paramref name="home"/>, made when something is first stored there.</summary>
    /// <param name="home">The folder; null for <c>SAESHARP_HOME</c> or the user's data folder.</param>
    /// <param name="threads">Compute threads; 0 for one a core.</param>
    public static Workspace Open(string? home = null, int threads = 0) => new(Path.GetFullPath(home ?? DefaultHome), threads);

    /// <summary>Where a workspace is when nothing else is said.</summary>
    public static string DefaultHome => Environment.GetEnvironmentVariable("SAESHARP_HOME") is { Length: > 0 } home
        ? home
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "saesharp");

    /// <summary>The folder.</summary>
    public string Home { get; }

    /// <summary>Compute threads.</summary>
    public int Threads { get; }

    /// <summary>What the workspace holds.</summary>
    public Task<Contents> Contents(CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="InfoRequest"/>
    public Task<InfoResult> Info(InfoRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="TokensRequest"/>
    public Task<TokensResult> Tokens(TokensRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="GenerateRequest"/>
    public Task<GenerateResult> Generate(GenerateRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="ActivationsRequest"/>
    public Task<ActivationsResult> Activations(ActivationsRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="TrainRequest"/>
    public Task<TrainResult> Train(TrainRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="EncodeRequest"/>
    public Task<EncodeResult> Encode(EncodeRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="EvalRequest"/>
    public Task<EvalResult> Eval(EvalRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="IndexRequest"/>
    public Task<IndexResult> Index(IndexRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="FeatureRequest"/>
    public Task<FeatureResult> Feature(FeatureRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="FeaturesRequest"/>
    public Task<FeaturesResult> Features(FeaturesRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="ReadRequest"/>
    public Task<ReadResult> Read(ReadRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="SteerRequest"/>
    public Task<SteerResult> Steer(SteerRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="TryRequest"/>
    public Task<TryResult> Try(TryRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="QualityRequest"/>
    public Task<QualityResult> Quality(QualityRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <inheritdoc cref="BenchRequest"/>
    public Task<BenchResult> Bench(BenchRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => throw new NotImplementedException();

    /// <summary>Frees the models and SAEs.</summary>
    public void Dispose() { }
}
