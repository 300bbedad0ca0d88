using System.Buffers;
using System.Globalization;
using System.Net;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Hub;

/// <summary>Brings one file of a commit into the cache: goes on where an earlier run stopped, checks size and checksum, and makes it visible whole or not at all.</summary>
/// <param name="http">The hub.</param>
/// <param name="cache">Where to.</param>
/// <param name="id">The repository.</param>
/// <param name="commit">The commit.</param>
/// <param name="file">The file, as listed.</param>
/// <param name="tally">Told how far it is.</param>
internal sealed class HubDownload(HubHttp http, HubCache cache, HubId id, string commit, HubFile file, HubTally.Entry tally)
{
    private const int BufferBytes = 128 << 10, MostVersions = 3, RangeRefused = 416;
    private const long Progress = 1 << 20; // after so much, patience is new
    private readonly HubRetry _retry = new(http.Options, http.Clock);
    private readonly string _what = $"{id.Repository}/{file.Path}";
    private readonly Uri _address = http.Address($"{(id.Kind == HubKind.Dataset ? "datasets/" : "")}{id.Repository}/resolve/{commit}/{file.Path.Escaped}");

    /// <summary>Returns when the file is in the commit's snapshot.</summary>
    public async Task Run(CancellationToken cancel)
    {
        if (cache.Has(id, commit, file) && file.Size is { } present)
        {
            tally.StandAt(present);
            return;
        }
        var known = file.Checksum is { } checksum && file.Size is { } size ? (checksum, size) : await Ask(cancel).ConfigureAwait(false);
        for (var version = 0; version < MostVersions; version++)
        {
            using var held = await Hold(known.checksum, cancel).ConfigureAwait(false);
            if (cache.HasBlob(id, known.checksum, known.size)) tally.StandAt(known.size);
            else if (await Fill(known.checksum, known.size, cancel).ConfigureAwait(false) is { } other)
            {
                known = other;
                continue;
            }
            cache.Link(id, commit, file.Path, known.checksum);
            return;
        }
        throw HubException.NotSettled(_what);
    }

    /// <summary>Checksum and size from the hub's headers, where its list has none.</summary>
    private Task<(string checksum, long size)> Ask(CancellationToken cancel) => _retry.Run(async () =>
    {
        using var answer = await http.Send(HttpMethod.Head, _address, id, file.Path, AsItIs, cancel).ConfigureAwait(false);
        return Known(answer.Facts);
    }, cancel);

    private (string checksum, long size) Known(HubFacts facts) => ContentHash.IsKnown(facts.Tag) && facts.Size is { } size ? (facts.Tag!, size) : throw HubException.NoChecksum(_what, facts.Tag);

    /// <summary>One process at a time fetches a content; the lock is the file that Hugging Face's own tools lock.</summary>
    private async Task<FileStream> Hold(string checksum, CancellationToken cancel)
    {
        var path = cache.LockFile(id, checksum);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Directory.CreateDirectory(Path.GetDirectoryName(cache.BlobFile(id, checksum))!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unwritable(path, error);
        }
        while (true)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (IsHeld(error))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), http.Clock, cancel).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw FileException.Unwritable(path, error);
            }
        }
    }

    /// <summary>Whether another process has the file open, as Windows (sharing, locking), Linux and macOS say it. Anything else would be waited for in vain.</summary>
    private static bool IsHeld(IOException error) => error.HResult is unchecked((int)0x80070020) or unchecked((int)0x80070021) or 11 or 35;

    /// <summary>Null when the content is in the cache; what the server has instead when it changed meanwhile.</summary>
    private async Task<(string checksum, long size)?> Fill(string checksum, long size, CancellationToken cancel)
    {
        var partial = $"{cache.BlobFile(id, checksum)}.incomplete";
        var (tried, damaged) = (0, false);
        while (true)
        {
            var before = Length(partial);
            tried++;
            try
            {
                var (other, actual) = await Attempt(partial, checksum, size, cancel).ConfigureAwait(false);
                if (other is not null)
                {
                    File.Delete(partial); // of a version that is no more
                    return other;
                }
                if (actual == checksum)
                {
                    AtomicFile.Publish(partial, cache.BlobFile(id, checksum));
                    return null;
                }
                File.Delete(partial);
                tally.StandAt(0);
                if (damaged) throw HubException.WrongChecksum(_what, actual!, checksum);
                damaged = true; // what an earlier run left may be to blame: once more from the start
            }
            catch (HubException error) when (_retry.MayRetry(error, tried = Length(partial) - before >= Progress ? 1 : tried))
            {
                await _retry.Wait(error, tried, cancel).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw FileException.Unwritable(partial, error);
            }
        }
    }

    /// <summary>Goes on with the partial file; its checksum once it is whole, or what the server has instead.</summary>
    private async Task<((string, long)? Other, string? Actual)> Attempt(string partial, string checksum, long size, CancellationToken cancel)
    {
        await using var disk = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        if (disk.Length > size) disk.SetLength(0);
        using var hash = new ContentHash(checksum, size);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (int read; (read = await disk.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0;) hash.Add(buffer.AsSpan(0, read));
            var start = disk.Position;
            tally.StandAt(start);
            if (start == size && size > 0) return (null, hash.Finish());

            using var answer = await http.Send(HttpMethod.Get, _address, id, file.Path, request =>
            {
                AsItIs(request);
                if (start > 0) request.Headers.Range = new(start, null);
            }, cancel, RangeRefused).ConfigureAwait(false);
            if (ContentHash.IsKnown(answer.Facts.Tag) && answer.Facts.Tag != checksum)
            {
                tally.StandAt(0);
                return (Known(answer.Facts), null);
            }
            if ((int)answer.Response.StatusCode == RangeRefused)
            {
                Forget(disk);
                throw HubException.WrongRange(_what, "416");
            }
            if (answer.Response.StatusCode == HttpStatusCode.PartialContent)
            {
                RequireRange(answer, start, size);
                return (null, await Copy(answer, disk, hash, size, buffer, cancel).ConfigureAwait(false));
            }
            Forget(disk); // this server gives the whole only
            using var whole = new ContentHash(checksum, size);
            return (null, await Copy(answer, disk, whole, size, buffer, cancel).ConfigureAwait(false));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<string> Copy(HubAnswer answer, FileStream disk, ContentHash hash, long size, byte[] buffer, CancellationToken cancel)
    {
        var body = await answer.Response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        for (int read; (read = await http.Read(body, buffer, answer.Address, cancel).ConfigureAwait(false)) > 0;)
        {
            if (disk.Position + read > size)
            {
                var received = disk.Position + read;
                Forget(disk);
                throw HubException.WrongSize(_what, received, size);
            }
            await disk.WriteAsync(buffer.AsMemory(0, read), cancel).ConfigureAwait(false);
            hash.Add(buffer.AsSpan(0, read));
            tally.Receive(read);
        }
        return disk.Position == size ? hash.Finish() : throw HubException.Truncated(_what, disk.Position, size);
    }

    private void Forget(FileStream disk)
    {
        disk.SetLength(0);
        tally.StandAt(0);
    }

    /// <summary>No compression: checksum and size are those of the file as it is.</summary>
    private static void AsItIs(HttpRequestMessage request) => request.Headers.AcceptEncoding.ParseAdd("identity");

    private void RequireRange(HubAnswer answer, long start, long size)
    {
        var range = answer.Response.Content.Headers.ContentRange;
        if (range?.From == start && (range.Length is null || range.Length == size)) return;
        throw HubException.WrongRange(_what, range?.ToString() ?? string.Create(CultureInfo.InvariantCulture, $"no range, from {start}"));
    }

    private static long Length(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }
}
