using System.Diagnostics;
using System.Text.Json;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Indexing;

/// <summary>Builds a feature index: the model runs once over the corpus, then each feature's firings are looked at together.</summary>
internal static class IndexBuild
{
    private const long FiringsAtATime = 1 << 22;

    public static IndexResult Run(IndexRequest request, Shelves shelves, IndexShelf indexes, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        Require(request);
        var sae = shelves.Saes.Get(request.Sae);
        var model = shelves.ModelFor(sae, request.Model);
        var corpus = Corpus.Read(request.Corpus, model).Take(request.Tokens);
        using var spool = new CodeSpool(indexes.Folder, sae, corpus.KeptTokens);
        Harvest(sae, model, corpus, request.Batch, spool, progress, cancel);
        var fired = spool.Fired();

        var info = Describe(request, sae, model, corpus, indexes);
        Leftovers.Remove(info.Path);
        AtomicFile.RemoveLeftovers(indexes.Folder); // spools of killed processes; those of live ones are locked
        AtomicFolder.Write(info.Path, folder => Write(folder, info, model, spool, fired, new(corpus.Windows), request, progress, cancel).GetAwaiter().GetResult());
        indexes.Forget(info.Name);
        var seconds = clock.Elapsed.TotalSeconds;
        return new(
            info, fired.Count(count => count > 0), fired.Count(count => count > 0.1 * corpus.KeptTokens), (double)fired.Sum() / corpus.KeptTokens, seconds, corpus.KeptTokens / seconds);
    }

    private static void Require(IndexRequest request)
    {
        OptionException.Positive(request.Batch, "--batch");
        OptionException.NotNegative(request.Top, "--top");
        OptionException.InRange(request.Intervals, 1, 100, "--intervals");
        OptionException.NotNegative(request.PerInterval, "--per-interval");
        OptionException.NotNegative(request.Before, "--before");
        OptionException.NotNegative(request.After, "--after");
    }

    private static void Harvest(LoadedSae sae, LanguageModel model, Corpus corpus, int batch, CodeSpool spool, IProgress<Progress>? progress, CancellationToken cancel)
    {
        sae.RequireRowwise();
        var meter = new ProgressMeter(progress, "encoding", corpus.KeptTokens, "tokens");
        var view = sae.ViewOf(model);
        new Harvester(model, [.. view.Parts.Distinct()], batch).Run(corpus.Windows, harvested =>
        {
            spool.Add(sae.Encode(harvested.Of(view)));
            meter.Report(spool.Tokens);
        }, cancel);
        spool.Complete();
    }

    private static async Task Write(
        string folder, IndexInfo info, LanguageModel model, CodeSpool spool, long[] fired, TokenPlaces places, IndexRequest request, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var meter = new ProgressMeter(progress, "writing", fired.Length, "features");
        var files = await IndexFiles.Create(folder, model, info.Tokens).ConfigureAwait(false);
        await using (files.ConfigureAwait(false))
        {
            for (var from = 0; from < fired.Length;)
            {
                cancel.ThrowIfCancellationRequested();
                var (to, count) = (from, 0L);
                while (to < fired.Length && (to == from || count + fired[to] <= FiringsAtATime)) count += fired[to++];
                var firings = spool.Read(from, to);
                var accounts = new FeatureAccount[firings.Length];
                var first = from;
                Parallel.For(0, firings.Length, i => accounts[i] = FeatureAccount.Of(first + i, firings[i], places, request));
                foreach (var account in accounts) await files.Add(account).ConfigureAwait(false);
                meter.Report(from = to);
            }
        }
        AtomicFile.Write(Path.Combine(folder, IndexFiles.Info), JsonSerializer.SerializeToUtf8Bytes(info, LabJson.Options)); // last: an index without it does not exist
    }

    private static IndexInfo Describe(IndexRequest request, LoadedSae sae, LanguageModel model, Corpus corpus, IndexShelf indexes)
    {
        var inputs = JsonSerializer.Serialize(request with { Sae = sae.WeightsSha256, Model = model.Sha256, Batch = 0, Corpus = request.Corpus with { Texts = corpus.Sha256, IdsFile = null } }, LabJson.Options);
        var name = $"{Path.GetFileName(sae.Folder)}-{ContentHash.OfText(inputs)[..12]}";
        return new()
        {
            Name = name, Path = Path.Combine(indexes.Folder, name), Sae = sae.Name, SaeSha256 = sae.WeightsSha256, Model = model.Path, ModelSha256 = model.Sha256, Hook = sae.Hook,
            Corpus = corpus.Path, CorpusSha256 = corpus.Sha256, Tokens = corpus.KeptTokens, Documents = corpus.Documents, Context = corpus.Context, DSae = sae.DSae,
            Made = DateTime.UtcNow, Layout = IndexFiles.Layout,
        };
    }
}
