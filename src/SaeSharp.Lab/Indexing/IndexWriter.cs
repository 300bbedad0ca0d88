using System.Text.Json;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Indexing;

/// <summary>Writes an index from all codes of its SAE: each feature's firings are looked at together, and the folder is there whole or not at all.</summary>
internal sealed class IndexWriter(IndexShelf indexes, LanguageModel model, TokenPlaces places)
{
    private const long FiringsAtATime = 1 << 22;

    /// <summary>Writes the folder that <paramref name="info"/> names.</summary>
    public IndexedSae Write(IndexInfo info, CodeSpool spool, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var fired = spool.Fired();
        Leftovers.Remove(info.Path);
        AtomicFile.RemoveLeftovers(indexes.Folder); // spools of killed processes; those of live ones are locked
        AtomicFolder.Write(info.Path, folder => Write(folder, info, spool, fired, progress, cancel).GetAwaiter().GetResult());
        indexes.Forget(info.Name);
        return new(info, fired.Count(count => count > 0), fired.Count(count => count > 0.1 * spool.Tokens), (double)fired.Sum() / spool.Tokens);
    }

    private async Task Write(string folder, IndexInfo info, CodeSpool spool, long[] fired, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var meter = new ProgressMeter(progress, "writing", fired.Length, "features");
        var settings = info.Settings!;
        var coFirings = CoFirings.Of(spool, fired.Length, settings.CoFiring, cancel);
        var files = new IndexFiles(folder, model, places, info.Postings);
        await using (files.ConfigureAwait(false))
        {
            await files.AddCorpus(places).ConfigureAwait(false);
            for (var from = 0; from < fired.Length;)
            {
                cancel.ThrowIfCancellationRequested();
                var (to, count) = (from, 0L);
                while (to < fired.Length && (to == from || count + fired[to] <= FiringsAtATime)) count += fired[to++];
                var (first, firings, accounts) = (from, spool.Read(from, to), new FeatureAccount[to - from]);
                Parallel.For(0, firings.Length, () => new TokenProfile(places), (i, _, profile) =>
                {
                    accounts[i] = FeatureAccount.Of(first + i, firings[i], places, profile, settings);
                    return profile;
                }, _ => { });
                foreach (var account in accounts)
                {
                    await files.Add(account, coFirings[account.Feature]).ConfigureAwait(false);
                    await files.AddPostings(account.Feature, firings[account.Feature - first]).ConfigureAwait(false);
                }
                meter.Report(from = to);
            }
        }
        var sums = info.Postings ? IndexFiles.Kept.ToDictionary(name => name, name => ContentHash.OfFile(Path.Combine(folder, name))) : null;
        AtomicFile.Write(Path.Combine(folder, IndexFiles.Info), JsonSerializer.SerializeToUtf8Bytes(info with { Path = info.Name, Sums = sums }, LabJson.Options)); // last: an index without it does not exist
    }
}
