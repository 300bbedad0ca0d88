namespace SaeSharp.Models.Hub;

/// <summary>Lists and fetches what repositories on the hub hold. Files only: nothing that comes from a repository is run. Safe for several threads.</summary>
public sealed class HubClient : IDisposable
{
    private const int MostListBytes = 64 << 20;
    private const long SpareBytes = 64 << 20; // a disk is not filled to the brim
    private readonly HubHttp _http;
    private readonly HubRetry _retry;
    private readonly Func<string, long?> _freeBytes;

    /// <param name="options">Which hub, as whom, and the cache.</param>
    /// <param name="clock">What waiting is measured by.</param>
    public HubClient(HubOptions options, TimeProvider? clock = null) : this(options, clock ?? TimeProvider.System, new(options.CacheFolder), FreeBytes) { }

    internal HubClient(HubOptions options, TimeProvider clock, HubCache cache, Func<string, long?> freeBytes)
    {
        (Options, Cache, _freeBytes) = (options, cache, freeBytes);
        (_http, _retry) = (new(options, clock), new(options, clock));
        Upload = new(_http, _retry);
    }

    public HubOptions Options { get; }

    public HubCache Cache { get; }

    /// <summary>The other direction.</summary>
    public HubUpload Upload { get; }

    /// <summary>What a revision holds now.</summary>
    /// <exception cref="HubException">It is not there, not open to this token, or the hub cannot be reached.</exception>
    public async Task<HubListing> List(HubId id, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (Options.Offline) throw HubException.Offline(id.ToString());
        var address = _http.Address($"api/{(id.Kind == HubKind.Dataset ? "datasets" : "models")}/{id.Repository}/revision/{Uri.EscapeDataString(id.Revision)}?blobs=true");
        return await _retry.Run(async () =>
        {
            using var answer = await _http.Send(HttpMethod.Get, address, id, null, null, cancel).ConfigureAwait(false);
            return HubListing.Parse(await _http.ReadAll(answer, MostListBytes, cancel).ConfigureAwait(false), $"the hub's list of {id}");
        }, cancel).ConfigureAwait(false);
    }

    /// <summary>Brings files of a listing into the cache; those that are there are not fetched again. The last ones come when all others are there.</summary>
    /// <param name="id">The repository and the revision that was listed.</param>
    /// <param name="listing">What it holds.</param>
    /// <param name="files">Those wanted.</param>
    /// <param name="last">Files that make a folder a model or an SAE: while they are missing, nobody takes half a folder for a whole one.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancel">Stops it; what came stays and is not fetched again.</param>
    public async Task<HubSnapshot> Download(HubId id, HubListing listing, IReadOnlyCollection<HubFile> files, Func<HubFile, bool>? last = null, IProgress<HubProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(listing);
        ArgumentNullException.ThrowIfNull(files);
        RequireSpace(Missing(id, listing, files));
        var tally = new HubTally(progress, files.Sum(file => file.Size ?? 0));
        foreach (var group in files.GroupBy(file => last?.Invoke(file) ?? false).OrderBy(group => group.Key))
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = Options.Streams, CancellationToken = cancel };
            await Parallel.ForEachAsync(group, parallel, async (file, stop) => await new HubDownload(_http, Cache, id, listing.Commit, file, tally.Add()).Run(stop).ConfigureAwait(false)).ConfigureAwait(false);
        }
        Cache.KeepRevision(id, listing.Commit);
        return new(Cache.SnapshotFolder(id, listing.Commit), listing.Commit, tally.Fetched, tally.AlreadyHere);
    }

    /// <summary>Bytes of <paramref name="files"/> that the cache does not have.</summary>
    public long Missing(HubId id, HubListing listing, IReadOnlyCollection<HubFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return files.Where(file => !Cache.Has(id, listing.Commit, file) && !(file is { Checksum: { } checksum, Size: { } size } && Cache.HasBlob(id, checksum, size))).Sum(file => file.Size ?? 0);
    }

    public void Dispose() => _http.Dispose();

    private void RequireSpace(long needed)
    {
        if (needed > 0 && _freeBytes(Cache.Folder) is { } free && free < needed + SpareBytes) throw HubException.NoSpace(Cache.Folder, needed, free);
    }

    /// <summary>What the disk of a folder, there or not yet, can still take; null where the system does not say.</summary>
    private static long? FreeBytes(string folder)
    {
        try
        {
            var existing = folder;
            while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent) existing = parent;
            return new DriveInfo(existing).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
