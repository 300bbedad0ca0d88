using SaeSharp.Lab.Benchmarks;
using SaeSharp.Lab.Coding;
using SaeSharp.Lab.Contrasting;
using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Searching;

namespace SaeSharp.Lab;

/// <content>What measures the program itself.</content>
public sealed partial class Workspace
{
    /// <inheritdoc cref="SearchBenchRequest"/>
    public Task<SearchBenchResult> BenchSearch(SearchBenchRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => new SearchBench(request, _shelves.Backend).Run(cancel), cancel);

    /// <inheritdoc cref="IndexBenchRequest"/>
    public Task<IndexBenchResult> BenchIndex(IndexBenchRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() =>
    {
        if (request.Model is not null) return new IndexBench(request, _shelves).Run(progress, cancel);
        using var folder = new TemporaryFolder();
        using var bench = Open(folder.Path, Threads);
        return new IndexBench(IndexBench.Furnish(request, bench.Home, Threads), bench._shelves).Run(progress, cancel);
    }, cancel);

    /// <inheritdoc cref="ContrastBenchRequest"/>
    public Task<ContrastBenchResult> BenchContrast(ContrastBenchRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => new ContrastBench(request, _shelves, _indexes, _labels).Run(progress, cancel), cancel);

    /// <inheritdoc cref="QualityRequest"/>
    public Task<QualityResult> Quality(QualityRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new QualityRecipe(request, _shelves).Run(progress, cancel), cancel);

    /// <inheritdoc cref="BenchRequest"/>
    public Task<BenchResult> Bench(BenchRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => BenchRunner.Run(request, Threads, cancel), cancel);

    /// <inheritdoc cref="CodeBenchRequest"/>
    public Task<CodeBenchResult> BenchCode(CodeBenchRequest request, IProgress<Progress>? progress = null, CancellationToken cancel = default) => Task.Run(() => new CodeBench(request, _shelves.Backend).Run(cancel), cancel);
}
