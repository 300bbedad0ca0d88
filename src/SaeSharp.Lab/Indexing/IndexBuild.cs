using System.Diagnostics;
using System.Text.Json;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Indexing;

/// <summary>Builds feature indexes: the model runs once over the corpus for all SAEs, then each feature's firings are looked at together.</summary>
internal sealed class IndexBuild : IDisposable
{
    private const long FiringsAtATime = 1 << 22;
    private readonly IndexRequest _request;
    private readonly IndexShelf _indexes;
    private readonly LanguageModel _model;
    private readonly Corpus _corpus;
    private readonly TokenPlaces _places;
    private readonly List<(LoadedSae Sae, CodeSpool Spool)> _spools = [];

    private IndexBuild(IndexRequest request, Shelves shelves, IndexShelf indexes)
    {
        Require(request);
        (_request, _indexes) = (request, indexes);
        LoadedSae[] saes = [.. request.Sae.Distinct().Select(shelves.Saes.Get)];
        if (saes.Length == 0 && request.Model is null) throw LabException.NothingToDo("no SAE is named, and no model whose SAEs could be taken", "Name an SAE, or give --model MODEL.");
        _model = saes.Length > 0 ? shelves.ModelFor(saes[0], request.Model) : shelves.Models.Get(request.Model!);
        if (saes.Length == 0) saes = [.. shelves.SaesFor(_model, [])];
        if (saes.Length == 0) throw LabException.NoSaeOfModel(_model.Name, Path.GetDirectoryName(indexes.Folder)!);
        foreach (var sae in saes)
        {
            sae.RequireFits(_model);
            sae.RequireRowwise();
        }
        _corpus = Corpus.Read(request.Corpus, _model).Take(request.Tokens);
        _places = new(_corpus.Windows);
        foreach (var sae in saes) _spools.Add((sae, new(indexes.Folder, sae.DSae, _corpus.KeptTokens)));
    }

    public static IndexResult Run(IndexRequest request, Shelves shelves, IndexShelf indexes, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var build = new IndexBuild(request, shelves, indexes);
        build.Harvest(progress, cancel);
        List<IndexedSae> made = [.. build._spools.Select(entry => build.Index(entry.Sae, entry.Spool, progress, cancel))];
        var seconds = clock.Elapsed.TotalSeconds;
        return new(made, seconds, build._corpus.KeptTokens / seconds);
    }

    public void Dispose()
    {
        foreach (var (_, spool) in _spools) spool.Dispose();
    }

    private static void Require(IndexRequest request)
    {
        OptionException.Positive(request.Batch, "--batch");
        OptionException.NotNegative(request.Top, "--top");
        OptionException.InRange(request.Intervals, 1, 100, "--intervals");
        OptionException.NotNegative(request.PerInterval, "--per-interval");
        OptionException.NotNegative(request.NearMisses, "--near-misses");
        OptionException.NotNegative(request.CoFiring, "--co-firing");
        OptionException.NotNegative(request.Before, "--before");
        OptionException.NotNegative(request.After, "--after");
    }

    /// <summary>Runs the model once over the corpus. Codes go to disk while the next batch runs: the spools are serial, the model has moments in which one of its threads waits.</summary>
    private void Harvest(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var meter = new ProgressMeter(progress, "encoding", _corpus.KeptTokens, "tokens");
        JoinedView[] views = [.. _spools.Select(entry => entry.Sae.ViewOf(_model))];
        var (spooling, tokens) = (Task.CompletedTask, 0L);
        try
        {
            new Harvester(_model, [.. views.SelectMany(view => view.Parts).Distinct()], _request.Batch).Run(_corpus.Windows, harvested =>
            {
                SparseCodes[] codes = [.. _spools.Select((entry, i) => entry.Sae.Encode(harvested.Of(views[i])))];
                spooling.GetAwaiter().GetResult();
                spooling = Task.Run(() =>
                {
                    for (var i = 0; i < codes.Length; i++) _spools[i].Spool.Add(codes[i]);
                }, CancellationToken.None);
                meter.Report(tokens += codes[0].Rows);
            }, cancel);
        }
        finally
        {
            spooling.GetAwaiter().GetResult(); // also where the run was stopped: the spools are disposed of next, and nobody may be writing to them
        }
        foreach (var (_, spool) in _spools) spool.Complete();
    }

    private IndexedSae Index(LoadedSae sae, CodeSpool spool, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var (fired, info) = (spool.Fired(), Describe(sae));
        Leftovers.Remove(info.Path);
        AtomicFile.RemoveLeftovers(_indexes.Folder); // spools of killed processes; those of live ones are locked
        AtomicFolder.Write(info.Path, folder => Write(folder, info, spool, fired, progress, cancel).GetAwaiter().GetResult());
        _indexes.Forget(info.Name);
        return new(info, fired.Count(count => count > 0), fired.Count(count => count > 0.1 * spool.Tokens), (double)fired.Sum() / spool.Tokens);
    }

    private async Task Write(string folder, IndexInfo info, CodeSpool spool, long[] fired, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var meter = new ProgressMeter(progress, "writing", fired.Length, "features");
        var coFirings = CoFirings.Of(spool, fired.Length, _request.CoFiring, cancel);
        var files = new IndexFiles(folder, _model, info.Tokens);
        await using (files.ConfigureAwait(false))
        {
            for (var from = 0; from < fired.Length;)
            {
                cancel.ThrowIfCancellationRequested();
                var (to, count) = (from, 0L);
                while (to < fired.Length && (to == from || count + fired[to] <= FiringsAtATime)) count += fired[to++];
                var (first, firings, accounts) = (from, spool.Read(from, to), new FeatureAccount[to - from]);
                Parallel.For(0, firings.Length, () => new TokenProfile(_places), (i, _, profile) =>
                {
                    accounts[i] = FeatureAccount.Of(first + i, firings[i], _places, profile, _request);
                    return profile;
                }, _ => { });
                foreach (var account in accounts) await files.Add(account, coFirings[account.Feature]).ConfigureAwait(false);
                meter.Report(from = to);
            }
        }
        AtomicFile.Write(Path.Combine(folder, IndexFiles.Info), JsonSerializer.SerializeToUtf8Bytes(info with { Path = info.Name }, LabJson.Options)); // last: an index without it does not exist
    }

    private IndexInfo Describe(LoadedSae sae)
    {
        var inputs = JsonSerializer.Serialize(
            _request with { Sae = sae.WeightsSha256, Model = _model.Sha256, Batch = 0, Corpus = _request.Corpus with { Texts = _corpus.Sha256, IdsFile = null } }, LabJson.Options);
        var name = $"{Path.GetFileName(sae.Folder)}-{ContentHash.OfText(inputs)[..12]}";
        return new()
        {
            Name = name, Path = Path.Combine(_indexes.Folder, name), Sae = sae.Name, SaeSha256 = sae.WeightsSha256, Model = _indexes.NameOf(_model.Path, "models"), ModelSha256 = _model.Sha256, Hook = sae.Hook,
            Corpus = _indexes.NameOf(_corpus.Path), CorpusSha256 = _corpus.Sha256, Tokens = _corpus.KeptTokens, Documents = _corpus.Documents, Context = _corpus.Context, DSae = sae.DSae,
            Made = DateTime.UtcNow, Layout = IndexFiles.Layout,
        };
    }
}
