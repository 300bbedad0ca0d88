using System.Net.Sockets;
using SaeSharp.Models.Hub;
using SaeSharp.Testing.Hub;

namespace SaeSharp.Models.Tests.Hub;

/// <summary>One process at a time fetches a content: who finds it locked waits, who cannot lock it is told.</summary>
public sealed class DownloadLocks : IDisposable
{
    private const string Repository = "models/owner/name", Config = "{}";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(33);
    private readonly TemporaryFolder _folder = new();
    private readonly SkippingTime _time = new(Patience);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_content_that_another_process_fetches_is_waited_for()
    {
        await using var hub = new FakeHub().Add(Repository, "config.json", Config);
        Task<HubSnapshot> fetch;
        using (new FileStream(LockFile(), FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            fetch = Fetch(hub);
            while (_time.Waits.IsEmpty && !fetch.IsCompleted) await Task.Delay(1, TestContext.Current.CancellationToken);
            Assert.False(fetch.IsCompleted);
        }
        Assert.Equal(Config, File.ReadAllText(Path.Combine((await fetch).Folder, "config.json")));
    }

    [Fact]
    public async Task A_lock_that_cannot_be_opened_is_an_error_and_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There a socket is opened otherwise.");
        await using var hub = new FakeHub().Add(Repository, "config.json", Config);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified); // a file that exists and that nobody can open
        socket.Bind(new UnixDomainSocketEndPoint(_folder["s"]));
        File.Move(_folder["s"], LockFile());
        Assert.Contains(".lock", (await Assert.ThrowsAsync<FileException>(() => Fetch(hub))).Message, StringComparison.Ordinal);
        Assert.Empty(_time.Waits);
    }

    private string LockFile()
    {
        var path = Path.Combine(_folder["hub"], ".locks", "models--owner--name", $"{FakeHub.GitHash("{}"u8.ToArray())}.lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private async Task<HubSnapshot> Fetch(FakeHub hub)
    {
        using var client = new HubClient(new() { Endpoint = hub.Url, CacheFolder = _folder["hub"], Patience = Patience }, _time);
        var listing = await client.List(HubId.Parse("owner/name"));
        return await client.Download(HubId.Parse("owner/name"), listing, listing.Files);
    }
}
