using System.Diagnostics;
using System.Text.Json;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Indexing;

/// <summary>Makes one index of several, from their posting lists: everything is counted again over all of them, so that nothing in it depends on how the texts were cut into parts.</summary>
/// <remarks>Roads not taken: adding up the counts of the parts needs no posting lists, but gives neither true quantiles nor the strongest examples of what each part left out.</remarks>
internal sealed class IndexMerge(IndexShelf indexes)
{
    /// <summary>Merges the parts that <paramref name="request"/> names.</summary>
    public IndexResult Run(IndexMergeRequest request, Shelves shelves, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        if (request.Parts.Count < 2) throw LabException.NothingToDo($"{request.Parts.Count} part is named, expected at least two", "Name the indexes to merge, in the order of their texts: sae index merge PART PART ...");
        IndexInfo[] infos = [.. request.Parts.Select(indexes.Locate)];
        foreach (var info in infos)
            if (!info.Postings) throw LabException.NoPostings(info.Name);
        for (var i = 0; i < infos.Length; i++)
            for (var j = 0; j < i; j++) IndexIdentity.RequireMergeable(infos[j], infos[i]);
        var model = shelves.Models.Get(request.Model ?? infos[0].Model);
        if (model.Sha256 != infos[0].ModelSha256) throw LabException.UnlikeIndexes(infos[0].Name, model.Name, "the model", infos[0].ModelSha256, model.Sha256);
        StoredPart[] parts = [.. infos.Select(info => StoredPart.Open(info).GetAwaiter().GetResult())];

        var places = new TokenPlaces(Join([.. parts.Select(part => part.Windows)]));
        var joined = IndexIdentity.Join(infos, places.Windows) with { Model = indexes.NameOf(model.Path, "models") };
        using var spool = new CodeSpool(indexes.Folder, joined.DSae, joined.Tokens);
        Read(parts, places, spool, progress, cancel);
        spool.Complete();
        var made = new IndexWriter(indexes, model, places).Write(Named(joined, indexes.Folder), spool, progress, cancel);
        return new([made], clock.Elapsed.TotalSeconds, made.Index.Tokens / clock.Elapsed.TotalSeconds);
    }

    /// <summary>The windows of several corpora as those of one: documents are counted on.</summary>
    public static List<Window> Join(IReadOnlyList<IReadOnlyList<Window>> corpora)
    {
        var (joined, documents) = (new List<Window>(corpora.Sum(windows => windows.Count)), 0L);
        foreach (var windows in corpora)
        {
            joined.AddRange(documents == 0 ? windows : windows.Select(window => window with { Document = window.Document + documents }));
            documents = joined[^1].Document + joined[^1].Starts.Length + 1;
        }
        if (joined.Sum(window => (long)window.Kept.Length) is > int.MaxValue and var tokens) throw LabException.TooManyTokens(tokens, int.MaxValue);
        return joined;
    }

    /// <summary>Puts the codes of <paramref name="parts"/>, whose windows stand first in <paramref name="places"/>, into a spool.</summary>
    public void Read(IReadOnlyList<StoredPart> parts, TokenPlaces places, CodeSpool spool, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var meter = new ProgressMeter(progress, "reading", parts.Sum(part => part.Firings), "firings");
        var (window, done) = (0, 0L);
        foreach (var part in parts)
        {
            var first = places.TokensOf(window).First;
            RequireSpace(part);
            using var turn = new FiringTurn(indexes.Folder, part.Info.DSae, checked((int)part.Info.Tokens));
            part.Read(places, window, (feature, token, value) =>
            {
                turn.Add(feature, token - first, value);
                if ((++done & 0xFFFF) == 0) meter.Report(done);
            }, cancel).GetAwaiter().GetResult();
            foreach (var codes in turn.Codes()) spool.Add(codes);
            window += part.Windows.Count;
        }
        meter.Report(done);
    }

    /// <summary>The index's name and folder: of the SAE, and of all that its content depends on.</summary>
    public static IndexInfo Named(IndexInfo info, string folder)
    {
        var inputs = JsonSerializer.Serialize(new { info.SaeSha256, info.ModelSha256, info.Context, info.Settings, Parts = info.Parts!.Select(part => (part.Sha256, part.Tokens).ToString()) }, LabJson.Options);
        var name = $"{info.Sae.Split('/', '\\')[^1]}-{ContentHash.OfText(inputs)[..12]}";
        return info with { Name = name, Path = Path.Combine(folder, name) };
    }

    private void RequireSpace(StoredPart part)
    {
        var (needed, free) = (part.Firings * 28.0, new DriveInfo(Path.GetFullPath(indexes.Folder)).AvailableFreeSpace); // 12 bytes a firing to turn it, 16 to spool it
        if (needed > free) throw LabException.OutOfSpace(indexes.Folder, needed / (1L << 30), (double)free / (1L << 30), (double)part.Firings / part.Info.Tokens);
    }
}
