using SaeSharp.Lab.Coding;
using SaeSharp.Lab.Contrasting;
using SaeSharp.Lab.Demo.Building;
using SaeSharp.Lab.Demo.Labels;
using SaeSharp.Lab.Demo.Presets;
using SaeSharp.Lab.Demo.Scoring;
using SaeSharp.Lab.Demo.Steering;
using SaeSharp.Lab.Demo.Texts;
using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Jobs;
using SaeSharp.Lab.Labelling;
using SaeSharp.Lab.Labelling.Storage;
using SaeSharp.Lab.LanguageModels;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Probing;
using SaeSharp.Lab.Publishing;
using SaeSharp.Lab.Reading;
using SaeSharp.Lab.Releases;
using SaeSharp.Lab.Searching;
using SaeSharp.Lab.Steering;
using SaeSharp.Lab.Synthetic;
using SaeSharp.Lab.Training;
using SaeSharp.Models;
using SaeSharp.Models.Hub;

namespace SaeSharp.Lab;

/// <summary>Everything the product can do, one method per verb: a request record in, a result record out. Safe to call from several threads; models and SAEs are loaded once.</summary>
/// <remarks>A workspace is a folder: <c>models/</c>, <c>saes/</c>, <c>indexes/</c>, <c>evals/</c>, <c>runs/</c>, <c>worlds/</c>, <c>texts/</c>, <c>jobs/</c>, and <c>saesharp.db</c> with what people write. Errors a person can fix are told by <see cref="Problem.Of"/>.</remarks>
public sealed partial class Workspace : IDisposable
{
    private readonly Shelves _shelves;
    private readonly IndexShelf _indexes;
    private readonly EvalStore _evals;
    private readonly ComparisonStore _comparisons;
    private readonly TruthShelf _truth;
    private readonly PeopleDatabase _people;
    private readonly RemarkBook _book;
    private readonly VoteBook _votes;
    private readonly FeatureLabels _labels;
    private readonly FeaturePage _pages;
    private readonly FeatureSearch _search;
    private readonly Lazy<HubClient> _hub;
    private readonly Lazy<JobBoard> _jobs;
    private readonly string? _database;

    private Workspace(string home, int threads, HubOptions hub, string? database)
    {
        (Home, Threads, _database) = (home, OptionException.NotNegative(threads, "--threads"), database);
        _hub = new(() => new(hub));
        _jobs = new(() => new(this));
        (_shelves, _indexes, _evals, _comparisons) = (new(home, threads, new(hub.CacheFolder)), new(home), new(home), new(home));
        (_truth, _people) = (new(home), PeopleDatabase.Of(home, database));
        (_book, _votes) = (new(_people), new(_people));
        _labels = new([_book, new TruthNames(_truth)], _votes);
        _pages = new(_shelves, _indexes, _labels, _book);
        _search = new(_shelves, _indexes, _labels, _book);
    }

    /// <summary>Opens the workspace in <paramref name="home"/>, made when something is first stored there.</summary>
    /// <param name="home">The folder; null for <c>SAESHARP_HOME</c> or the user's data folder.</param>
    /// <param name="threads">Compute threads; 0 for one a core.</param>
    /// <param name="database">Where what people write is kept: a PostgreSQL connection string; null for <c>SAESHARP_DB</c>, or else a file of the workspace.</param>
    /// <exception cref="SaeSharpException">An option makes no sense.</exception>
    public static Workspace Open(string? home = null, int threads = 0, string? database = null) =>
        new(Path.GetFullPath(home ?? DefaultHome), threads, HubOptions.FromEnvironment(), database ?? Environment.GetEnvironmentVariable("SAESHARP_DB"));

    /// <summary>The same with a hub of its own instead of the one that the environment names.</summary>
    internal static Workspace Open(string home, int threads, HubOptions hub) => new(Path.GetFullPath(home), threads, hub, null);

    /// <summary>Where a workspace is when nothing else is said.</summary>
    public static string DefaultHome => Environment.GetEnvironmentVariable("SAESHARP_HOME") is { Length: > 0 } home
        ? home
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "saesharp");

    /// <summary>The folder.</summary>
    public string Home { get; }

    /// <summary>Compute threads; 0 for one a core.</summary>
    public int Threads { get; }

    /// <summary>Long work that was handed over, and goes on when nobody looks.</summary>
    public JobBoard Jobs => _jobs.Value;

    /// <summary>What the workspace holds.</summary>
    public Task<Contents> Contents(CancellationToken cancel = default) => Task.Run(() => Overview.Contents(Home), cancel);

    /// <inheritdoc cref="InfoRequest"/>
    public Task<InfoResult> Info(InfoRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => Overview.Of(request), cancel);

    /// <inheritdoc cref="PullRequest"/>
    public Task<PullResult> Pull(PullRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new PullRun(request, _hub.Value, _shelves.Published).Run(progress, cancel), cancel);

    /// <inheritdoc cref="PushRequest"/>
    public Task<PushResult> Push(PushRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new PushRun(request, _hub.Value, _shelves, Overview).Run(progress, cancel), cancel);

    /// <inheritdoc cref="ReleasesRequest"/>
    public Task<ReleasesResult> Releases(ReleasesRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => new ReleaseSearch(ReleaseDirectory.Default, _shelves.Published).Of(request), cancel);

    /// <inheritdoc cref="TokensRequest"/>
    public Task<TokensResult> Tokens(TokensRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => TextTokens.Of(request, _shelves), cancel);

    /// <inheritdoc cref="GenerateRequest"/>
    public Task<GenerateResult> Generate(GenerateRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() =>
    {
        var model = _shelves.Models.Get(request.Model);
        var prompt = model.Prompt(request);
        var hooks = request.Edits is null ? null : EditsFile.Apply(EditsFile.Read(request.Edits, _shelves), model, prompt.Ids.Length, new HookSet());
        return Continuation.Of(model, prompt.Ids, request, hooks, progress, cancel) with { PromptText = prompt.Text };
    }, cancel);

    /// <inheritdoc cref="ActivationsRequest"/>
    public Task<ActivationsResult> Activations(ActivationsRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => ActivationExport.Write(request, _shelves, progress, cancel), cancel);

    /// <inheritdoc cref="TrainRequest"/>
    public Task<TrainResult> Train(TrainRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new TrainingRun(request, _shelves, Home).Run(progress, cancel), cancel);

    /// <summary>Time and memory that a training will take, as it tells itself when it begins; nothing is trained.</summary>
    /// <exception cref="SaeSharpException">It cannot be trained as asked, or needs more memory than there is.</exception>
    public Task<string> Forecast(TrainRequest request, CancellationToken cancel = default) => Task.Run(() => new TrainingRun(request, _shelves, Home).Forecast(), cancel);

    /// <inheritdoc cref="LmTrainRequest"/>
    public Task<LmTrainResult> LmTrain(LmTrainRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new LmTrainRun(request, _shelves, Home).Run(progress, cancel), cancel);

    /// <summary>Tries learning rates for what <paramref name="request"/> would train, on the same activations; nothing is trained or saved.</summary>
    public Task<RateResult> FindRates(TrainRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => new TrainingRun(request with { Lr = [.. request.Lr.Take(1)] }, _shelves, Home).FindRates(progress, cancel), cancel);

    /// <inheritdoc cref="SynthRequest"/>
    public Task<SynthResult> Synth(SynthRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new SynthRun(request, _shelves.Backend, Home).Run(progress, cancel), cancel);

    /// <inheritdoc cref="RunsRequest"/>
    public Task<RunsResult> Runs(RunsRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new RunShelf(Home).Of(request), cancel);

    /// <inheritdoc cref="EncodeRequest"/>
    public Task<EncodeResult> Encode(EncodeRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => Encoding.Write(request, _shelves), cancel);

    /// <inheritdoc cref="EvalRequest"/>
    public Task<EvalResult> Eval(EvalRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => Evaluation.Run(request, _shelves, _evals, progress, cancel), cancel);

    /// <inheritdoc cref="ProbeRequest"/>
    public Task<ProbeResult> Probe(ProbeRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => new ProbeRun(request, _shelves).Run(progress, cancel), cancel);

    /// <inheritdoc cref="IndexRequest"/>
    public Task<IndexResult> Index(IndexRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => IndexBuild.Run(request, _shelves, _indexes, progress, cancel), cancel);

    /// <inheritdoc cref="IndexMergeRequest"/>
    public Task<IndexResult> MergeIndexes(IndexMergeRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => new IndexMerge(_indexes).Run(request, _shelves, progress, cancel), cancel);

    /// <inheritdoc cref="PostingsRequest"/>
    public Task<PostingsResult> Postings(PostingsRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => _pages.Of(request), cancel);

    /// <inheritdoc cref="FeatureRequest"/>
    public Task<FeatureResult> Feature(FeatureRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => _pages.Of(request), cancel);

    /// <inheritdoc cref="FeaturesRequest"/>
    public Task<FeaturesResult> Features(FeaturesRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => _pages.Of(request), cancel);

    /// <inheritdoc cref="LabelRequest"/>
    public Task<LabelResult> Label(LabelRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new Remarks(_shelves, _book, _labels, _votes).Of(request), cancel);

    /// <inheritdoc cref="VoteRequest"/>
    public Task<VoteResult> Vote(VoteRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new Remarks(_shelves, _book, _labels, _votes).Of(request), cancel);

    /// <inheritdoc cref="ListRequest"/>
    public Task<ListsResult> Lists(ListRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new FeatureLists(_shelves, _people, _labels).Of(request), cancel);

    /// <inheritdoc cref="SearchRequest"/>
    public Task<SearchResult> Search(SearchRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => _search.Of(request, progress, cancel), cancel);

    /// <inheritdoc cref="ReadRequest"/>
    public Task<ReadResult> Read(ReadRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => new FeatureReader(_shelves, _indexes, _labels).Read(request, progress, cancel), cancel);

    /// <inheritdoc cref="TokenAnatomyRequest"/>
    public Task<TokenAnatomyResult> Anatomy(TokenAnatomyRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new TokenAnatomyRun(request, _shelves).Run(cancel), cancel);

    /// <inheritdoc cref="ContrastRequest"/>
    public Task<ContrastResult> Contrast(ContrastRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new ContrastRun(request, _shelves, _indexes, _labels).Run(progress, cancel), cancel);

    /// <inheritdoc cref="SteerRequest"/>
    public Task<SteerResult> Steer(SteerRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new SteeringRun(request, _shelves, _indexes, _labels).Run(progress, cancel), cancel);

    /// <inheritdoc cref="SweepRequest"/>
    public Task<SweepResult> Sweep(SweepRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new SweepRun(request, _shelves, _indexes).Run(progress, cancel), cancel);

    /// <inheritdoc cref="TryRequest"/>
    public async Task<TryResult> Try(TryRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default)
    {
        var model = await Task.Run(() => _shelves.Models.Get(Trial.Model(request, Home)), cancel).ConfigureAwait(false);
        var trained = await Train(await Task.Run(() => Trial.Training(request, model), cancel).ConfigureAwait(false), progress, cancel).ConfigureAwait(false);
        var indexes = await Index(Trial.Indexing(request, trained, model), progress, cancel).ConfigureAwait(false);
        return new(model.Name, trained, indexes.Saes);
    }

    /// <inheritdoc cref="DemoTextsRequest"/>
    public static Task<DemoTextsResult> DemoTexts(DemoTextsRequest request, Stream output, IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => new DemoTexts(request).Write(output, progress, cancel), cancel);

    /// <inheritdoc cref="DemoScoreRequest"/>
    public Task<DemoScoreResult> DemoScore(DemoScoreRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new DemoScore(request, _shelves).Run(progress, cancel), cancel);

    /// <inheritdoc cref="CodeRequest"/>
    public Task<CodeResult> Code(CodeRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new CodeRun(request, _shelves, Home).Run(progress, cancel), cancel);

    /// <inheritdoc cref="CompareCodesRequest"/>
    public Task<CompareCodesResult> CompareCodes(CompareCodesRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => new CompareCodes(request, _shelves, _comparisons).Run(progress, cancel), cancel);

    /// <summary>The last comparison of exactly these weights; null where none was made.</summary>
    /// <param name="sae">An SAE by name or folder.</param>
    /// <param name="cancel">Stops.</param>
    public Task<CompareCodesResult?> ComparedCodes(string sae, CancellationToken cancel = default) => Task.Run(() => _comparisons.Find(_shelves.Saes.Get(sae).WeightsSha256), cancel);

    /// <inheritdoc cref="RateDistortionRequest"/>
    public Task<RateDistortionResult> RateDistortion(RateDistortionRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => new RateDistortionRun(request, _shelves).Run(progress, cancel), cancel);

    /// <inheritdoc cref="CodePathRequest"/>
    public Task<CodePathResult> CodePath(CodePathRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new CodePathRun(request, _shelves).Run(cancel), cancel);

    /// <inheritdoc cref="DemoSteerRequest"/>
    public Task<DemoSteerResult> DemoSteer(DemoSteerRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new DemoSteer(request, _shelves).Run(progress, cancel), cancel);

    /// <inheritdoc cref="DemoCheckRequest"/>
    public Task<DemoCheckResult> DemoCheck(DemoCheckRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new DemoCheck(request, _shelves).Run(progress, cancel), cancel);

    /// <inheritdoc cref="DemoBuildRequest"/>
    /// <remarks>The demo has a workspace of its own, in <c>demo/</c> of this one.</remarks>
    public async Task<DemoBuildResult> DemoBuild(DemoBuildRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default)
    {
        using var demo = Open(DemoHome.Of(Home), Threads, _database);
        return await new DemoBuild(request, demo).Run(progress, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc cref="DemoExportRequest"/>
    public Task<DemoExportResult> DemoExport(DemoExportRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() =>
    {
        DemoHome.Copy(Path.Combine(DemoHome.Install(Home), "models", DemoHome.Model), request.Folder);
        return new DemoExportResult(Path.GetFullPath(request.Folder), [.. Directory.EnumerateFiles(request.Folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)]);
    }, cancel);

    /// <summary>The demo's workspace, put in place from what the program carries where it was not built.</summary>
    public Workspace OpenDemo() => Open(DemoHome.Install(Home), Threads, _database);

    /// <summary>Whether this is the workspace of the demo, in which all that a language model could find is known.</summary>
    public bool IsDemo => PresetFile.IsDemo(Home);

    /// <summary>What the tour begins with; null where this workspace is no demo.</summary>
    public Task<DemoPresets?> Presets(CancellationToken cancel = default) => Task.Run(() => PresetFile.Read(Home), cancel);

    /// <summary>What is known about features; empty outside a demo that was scored.</summary>
    public Task<TruthLabels> TruthLabels(CancellationToken cancel = default) =>
        _truth.IsRead ? Task.FromResult(_truth.Read()) : Task.Run(_truth.Read, cancel);

    /// <summary>Frees the models and SAEs.</summary>
    public void Dispose()
    {
        if (_jobs.IsValueCreated) _jobs.Value.Dispose(); // what runs uses the rest
        if (_hub.IsValueCreated) _hub.Value.Dispose();
        _indexes.Dispose();
        _people.Dispose();
        _shelves.Dispose();
    }

    private Overview Overview => new(_shelves, _evals, _indexes);
}
