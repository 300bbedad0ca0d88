using System.Text.Json;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Indexing;

/// <summary>Writes an index from all codes of its SAE: each feature's firings are looked at together, and the folder is there whole or not at all.</summary>
internal sealed class IndexWriter(IndexShelf indexes, LanguageModel model, TokenPlaces places)
{
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
            var next = Gather(0);
            try
            {
                for (var written = 0; written < fired.Length;)
                {
                    cancel.ThrowIfCancellationRequested();
                    var batch = await next.ConfigureAwait(false);
                    next = Gather(batch.End); // while the tables take this one, the other threads look at the next
                    foreach (var (account, firings) in batch.Accounts.Zip(batch.Firings))
                    {
                        await files.Add(account, coFirings[account.Feature]).ConfigureAwait(false);
                        await files.AddPostings(account.Feature, firings).ConfigureAwait(false);
                    }
                    meter.Report(written = batch.End);
                }
            }
            finally
            {
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it reads the spool, which is disposed of next
            }
        }
        var sums = info.Postings ? IndexFiles.Kept.ToDictionary(name => name, name => ContentHash.OfFile(Path.Combine(folder, name))) : null;
        AtomicFile.Write(Path.Combine(folder, IndexFiles.Info), JsonSerializer.SerializeToUtf8Bytes(info with { Path = info.Name, Sums = sums }, LabJson.Options)); // last: an index without it does not exist

        Task<AccountBatch> Gather(int first) => Task.Run(() => AccountBatch.Gather(first, spool, fired, places, ids => model.Text(ids), settings), CancellationToken.None);
    }
}
