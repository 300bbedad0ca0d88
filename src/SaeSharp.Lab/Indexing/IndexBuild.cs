using System.Diagnostics;
using System.Text.Json;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Indexing;

/// <summary>Builds feature indexes: the model runs once over the corpus for all SAEs, then each feature's firings are looked at together.</summary>
internal sealed class IndexBuild : IDisposable
{
    private readonly IndexRequest _request;
    private readonly IndexShelf _indexes;
    private readonly IndexSettings _settings;
    private readonly LanguageModel _model;
    private readonly Corpus _corpus;
    private readonly TokenPlaces _places;
    private readonly List<(LoadedSae Sae, CodeSpool Spool)> _spools = [];
    private readonly List<IndexInfo?> _before = [];

    private IndexBuild(IndexRequest request, Shelves shelves, IndexShelf indexes)
    {
        OptionException.Positive(request.Batch, "--batch");
        (_request, _indexes, _settings) = (request, indexes, IndexSettings.Of(request));
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
        foreach (var sae in saes) _before.Add(request.More ? Before(sae) : null); // first: what cannot be added to is told before a model runs
        foreach (var sae in saes) _spools.Add((sae, new(indexes.Folder, sae.DSae, _corpus.KeptTokens)));
    }

    public static IndexResult Run(IndexRequest request, Shelves shelves, IndexShelf indexes, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var build = new IndexBuild(request, shelves, indexes);
        build.Harvest(progress, cancel);
        List<IndexedSae> made = [.. build._spools.Zip(build._before, (entry, before) => build.Index(entry.Sae, entry.Spool, before, progress, cancel))];
        var seconds = clock.Elapsed.TotalSeconds;
        return new(made, seconds, build._corpus.KeptTokens / seconds);
    }

    public void Dispose()
    {
        foreach (var (_, spool) in _spools) spool.Dispose();
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

    /// <summary>Writes the index of an SAE; where text is added to one, that one's codes come first, and the new one takes its place.</summary>
    private IndexedSae Index(LoadedSae sae, CodeSpool spool, IndexInfo? grown, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var info = Describe(sae);
        if (grown is null) return new IndexWriter(_indexes, _model, _places).Write(info, spool, progress, cancel);
        var before = StoredPart.Open(grown).GetAwaiter().GetResult();
        var places = new TokenPlaces(IndexMerge.Join([before.Windows, _corpus.Windows]));
        using var joined = new CodeSpool(_indexes.Folder, sae.DSae, places.Ids.Length);
        new IndexMerge(_indexes).Read([before], places, joined, progress, cancel);
        foreach (var codes in spool.Codes()) joined.Add(codes);
        joined.Complete();
        var made = new IndexWriter(_indexes, _model, places).Write(IndexMerge.Named(IndexIdentity.Join([grown, info], places.Windows), _indexes.Folder), joined, progress, cancel);
        _indexes.Remove(grown);
        return made;
    }

    /// <summary>The index of <paramref name="sae"/> that the text is added to.</summary>
    private IndexInfo Before(LoadedSae sae)
    {
        var newest = _indexes.All().FirstOrDefault(info => info.SaeSha256 == sae.WeightsSha256 && info.ModelSha256 == _model.Sha256) ?? throw LabException.NoIndex(sae.Name, _indexes.Folder);
        if (!newest.Postings) throw LabException.NoPostings(newest.Name);
        IndexIdentity.RequireMergeable(newest, Describe(sae) with { Name = "the new text" });
        return newest;
    }

    private IndexInfo Describe(LoadedSae sae)
    {
        var inputs = JsonSerializer.Serialize(
            _request with { Sae = sae.WeightsSha256, Model = _model.Sha256, Batch = 0, Postings = false, More = false, Corpus = _request.Corpus with { Texts = _corpus.Sha256, IdsFile = null } }, LabJson.Options);
        var name = $"{Path.GetFileName(sae.Folder)}-{ContentHash.OfText(inputs)[..12]}";
        return new()
        {
            Name = name, Path = Path.Combine(_indexes.Folder, name), Sae = sae.Name, SaeSha256 = sae.WeightsSha256, Model = _indexes.NameOf(_model.Path, "models"), ModelSha256 = _model.Sha256, Hook = sae.Hook,
            Corpus = _indexes.NameOf(_corpus.Path), CorpusSha256 = _corpus.Sha256, Tokens = _corpus.KeptTokens, Documents = _corpus.Documents, Context = _corpus.Context, DSae = sae.DSae,
            Made = DateTime.UtcNow, Layout = IndexFiles.Layout, Postings = _request.Postings, Settings = _settings,
            Parts = [new(_indexes.NameOf(_corpus.Path), _corpus.Sha256, _corpus.KeptTokens, _corpus.Documents)],
        };
    }
}
