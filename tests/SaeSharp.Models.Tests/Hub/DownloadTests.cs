using SaeSharp.Models.Hub;
using SaeSharp.Testing.Hub;

namespace SaeSharp.Models.Tests.Hub;

/// <summary>What comes from a hub that misbehaves is whole and right, or not there.</summary>
public sealed class DownloadTests : IDisposable
{
    private const string Repository = "models/owner/name", Weights = "model.safetensors";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(33);
    private readonly TemporaryFolder _folder = new();
    private readonly SkippingTime _time = new(Patience);
    private readonly byte[] _content = Bytes(300_000, 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_lie_as_the_tools_of_hugging_face_lay_them()
    {
        await using var hub = new FakeHub().Add(Repository, "config.json", "{}").Add(Repository, "deep/er/model.safetensors", _content);
        var snapshot = await Fetch(hub, "owner/name");
        var root = Path.Combine(_folder["hub"], "models--owner--name");
        Assert.Equal(Path.Combine(root, "snapshots", FakeHub.Commit), snapshot.Folder);
        Assert.Equal(FakeHub.Commit, File.ReadAllText(Path.Combine(root, "refs", "main")));
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(root, "blobs", FakeHub.Sha256(_content))));
        Assert.Equal("{}", File.ReadAllText(Path.Combine(root, "blobs", FakeHub.GitHash("{}"u8.ToArray()))));
        var link = Path.Combine(snapshot.Folder, "deep", "er", Weights);
        Assert.Equal(_content, File.ReadAllBytes(link));
        if (!OperatingSystem.IsWindows()) Assert.Equal(Path.Combine("..", "..", "..", "..", "blobs", FakeHub.Sha256(_content)), new FileInfo(link).LinkTarget);
        Assert.Equal((_content.Length + 2, 0), (snapshot.Fetched, snapshot.AlreadyHere));
        Assert.Empty(Directory.EnumerateFiles(root, "*.incomplete", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_other_tools_fetched_is_not_fetched_again()
    {
        await using var hub = Hub();
        var blobs = Directory.CreateDirectory(Path.Combine(_folder["hub"], "models--owner--name", "blobs")).FullName;
        File.WriteAllBytes(Path.Combine(blobs, FakeHub.Sha256(_content)), _content);
        var snapshot = await Fetch(hub, "owner/name");
        Assert.Equal((0, _content.Length), (snapshot.Fetched, snapshot.AlreadyHere));
        Assert.DoesNotContain(hub.Requests, request => request.Path.Contains("resolve", StringComparison.Ordinal));
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(snapshot.Folder, Weights)));
    }

    [Fact]
    public async Task Where_links_cannot_be_made_files_are_copied()
    {
        await using var hub = Hub();
        var snapshot = await Fetch(hub, "owner/name", cache: new(_folder["hub"], links: false));
        var file = Path.Combine(snapshot.Folder, Weights);
        Assert.Null(new FileInfo(file).LinkTarget);
        Assert.Equal(_content, File.ReadAllBytes(file));
        Assert.Equal(0, (await Fetch(hub, "owner/name", cache: new(_folder["hub"], links: false))).Fetched);
    }

    [Fact]
    public async Task A_cut_connection_goes_on_where_it_was_cut()
    {
        await using var hub = Hub().Once("resolve", reply => reply with { CutAt = 100_000 }).Once("resolve", reply => reply with { CutAt = 50_000 });
        var snapshot = await Fetch(hub, "owner/name");
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(snapshot.Folder, Weights)));
        Assert.Equal(_content.Length, snapshot.Fetched);
        Assert.Equal([null, "bytes=100000-", "bytes=150000-"], Gets(hub).Select(request => request.Header("Range")));
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], _time.Waits);
    }

    [Fact]
    public async Task A_later_run_goes_on_where_a_stopped_one_was()
    {
        await using var hub = Hub().Once("resolve", reply => reply with { CutAt = 120_000 });
        await Assert.ThrowsAsync<HubException>(() => Fetch(hub, "owner/name", attempts: 1));
        Assert.Equal(120_000, new FileInfo(Assert.Single(Directory.GetFiles(Blobs, "*.incomplete"))).Length);
        Assert.Null(new HubCache(_folder["hub"]).Snapshot(HubId.Parse("owner/name")));
        var snapshot = await Fetch(hub, "owner/name");
        Assert.Equal((180_000, 120_000), (snapshot.Fetched, snapshot.AlreadyHere));
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(snapshot.Folder, Weights)));
    }

    [Fact]
    public async Task A_cancelled_run_keeps_what_came_and_shows_nothing()
    {
        using var cancel = new CancellationTokenSource();
        await using var hub = Hub().Once("resolve", reply => reply with { CutAt = 70_000, Silence = cancel.Cancel });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Fetch(hub, "owner/name", cancel: cancel.Token));
        Assert.Null(new HubCache(_folder["hub"]).Snapshot(HubId.Parse("owner/name")));
        Assert.Equal(_content.Length, (await Fetch(hub, "owner/name")) is var snapshot ? snapshot.Fetched + snapshot.AlreadyHere : 0);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_left_and_asked_again()
    {
        await using var hub = Hub().Once("resolve", reply => reply with { CutAt = 70_000, Silence = _time.EndPatience });
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine((await Fetch(hub, "owner/name")).Folder, Weights)));
    }

    [Fact]
    public async Task A_server_without_ranges_is_read_from_the_start()
    {
        await using var hub = Hub().Once("resolve", reply => reply with { CutAt = 100_000 }).Once("resolve", (_, reply) => new(200) { Headers = { ["ETag"] = $"\"{FakeHub.Sha256(_content)}\"" }, Body = _content });
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine((await Fetch(hub, "owner/name")).Folder, Weights)));
    }

    [Theory]
    [InlineData(429, "7", 7), InlineData(503, "11", 11), InlineData(500, null, 1), InlineData(502, null, 1), InlineData(429, "Thu, 01 Jan 2026 00:01:30 GMT", 90)]
    public async Task A_busy_server_is_asked_again_when_it_says(int status, string? after, int seconds)
    {
        FakeReply Busy() => after is null ? new(status) : new FakeReply(status).With("Retry-After", after);
        await using var hub = Hub().Once("revision", _ => Busy()).Once("resolve", _ => Busy());
        var snapshot = await Fetch(hub, "owner/name");
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(snapshot.Folder, Weights)));
        Assert.Equal([TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds)], _time.Waits);
    }

    [Fact]
    public async Task A_server_that_stays_busy_is_told_about()
    {
        await using var hub = Hub();
        for (var i = 0; i < 5; i++) hub.Once("resolve", _ => new FakeReply(429).With("Retry-After", "2"));
        var error = await Assert.ThrowsAsync<HubException>(() => Fetch(hub, "owner/name"));
        Assert.Equal("127.0.0.1 answers 429 (too many requests) and asks to wait 2 s.", error.Message);
        Assert.Equal(4, _time.Waits.Count);
    }

    [Fact]
    public async Task An_hour_is_not_waited_but_told()
    {
        await using var hub = Hub().Once("resolve", _ => new FakeReply(429).With("Retry-After", "3600"));
        Assert.Contains("3600 s", (await Assert.ThrowsAsync<HubException>(() => Fetch(hub, "owner/name"))).Message, StringComparison.Ordinal);
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task A_wrong_content_is_thrown_away_and_named()
    {
        var wrong = Bytes(_content.Length, 2);
        await using var hub = Hub().Once("resolve", reply => reply with { Body = wrong }).Once("resolve", reply => reply with { Body = wrong });
        var error = await Assert.ThrowsAsync<HubException>(() => Fetch(hub, "owner/name"));
        Assert.Contains(FakeHub.Sha256(wrong), error.Message, StringComparison.Ordinal);
        Assert.Contains(FakeHub.Sha256(_content), error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Blobs));
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine((await Fetch(hub, "owner/name")).Folder, Weights)));
    }

    [Fact]
    public async Task Small_files_are_checked_too()
    {
        await using var hub = new FakeHub().Add(Repository, "config.json", "{\"a\":1}").Once("resolve", reply => reply with { Body = "{\"a\":2}"u8.ToArray() }).Once("resolve", reply => reply with { Body = "{\"a\":3}"u8.ToArray() });
        await Assert.ThrowsAsync<HubException>(() => Fetch(hub, "owner/name"));
    }

    [Fact]
    public async Task A_damaged_rest_of_an_earlier_run_is_fetched_anew()
    {
        await using var hub = Hub();
        Directory.CreateDirectory(Blobs);
        File.WriteAllBytes(Path.Combine(Blobs, $"{FakeHub.Sha256(_content)}.incomplete"), Bytes(1000, 9));
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine((await Fetch(hub, "owner/name")).Folder, Weights)));
    }

    [Theory]
    [InlineData(300_001), InlineData(900_000)]
    public async Task More_than_was_promised_is_refused(int bytes)
    {
        await using var hub = Hub().Once("resolve", reply => reply with { Body = Bytes(bytes, 3) });
        Assert.Contains("expected 300000", (await Assert.ThrowsAsync<HubException>(() => Fetch(hub, "owner/name"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_range_is_not_written()
    {
        await using var hub = Hub().Once("resolve", reply => reply with { CutAt = 100_000 }).Once("resolve", reply => reply.With("Content-Range", "bytes 5-299999/300000"));
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine((await Fetch(hub, "owner/name")).Folder, Weights)));
    }

    [Fact]
    public async Task Another_version_on_the_server_begins_anew()
    {
        var newer = Bytes(200_000, 5);
        FakeReply Newer() => new(200) { Headers = { ["ETag"] = $"\"{FakeHub.Sha256(newer)}\"" }, Body = newer };
        await using var hub = Hub().Once("resolve", reply => reply with { CutAt = 100_000 }).Once("resolve", _ => Newer()).Once("resolve", _ => Newer());
        var snapshot = await Fetch(hub, "owner/name");
        Assert.Equal(newer, File.ReadAllBytes(Path.Combine(snapshot.Folder, Weights)));
        Assert.Equal([Path.Combine(Blobs, FakeHub.Sha256(newer))], Directory.GetFiles(Blobs, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Without_checksums_in_the_list_the_headers_have_them()
    {
        await using var store = new FakeHub();
        await using var hub = new FakeHub { ListsBlobs = false, Store = store }.Add(Repository, Weights, _content).Add(Repository, "config.json", "{}");
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine((await Fetch(hub, "owner/name")).Folder, Weights)));
        Assert.Equal(2, hub.Requests.Count(request => request.Method == "HEAD"));
    }

    [Fact]
    public async Task A_file_without_a_checksum_is_not_kept()
    {
        await using var hub = new FakeHub { ListsBlobs = false }.Add(Repository, Weights, _content).Once("resolve", reply => reply.With("ETag", "\"0-1\""), "HEAD");
        Assert.Contains("no checksum", (await Assert.ThrowsAsync<HubException>(() => Fetch(hub, "owner/name"))).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Blobs));
    }

    [Fact]
    public async Task A_full_disk_is_told_before_anything_is_fetched()
    {
        await using var hub = Hub();
        using var client = new HubClient(Options(hub), _time, new(_folder["hub"]), _ => 1 << 20);
        var listing = await client.List(HubId.Parse("owner/name"));
        Assert.Contains("free", (await Assert.ThrowsAsync<HubException>(() => client.Download(HubId.Parse("owner/name"), listing, listing.Files))).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(hub.Requests, request => request.Path.Contains("resolve", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_at_once_fetch_a_file_once()
    {
        await using var hub = Hub();
        var snapshots = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Fetch(hub, "owner/name"))));
        Assert.Single(Gets(hub));
        Assert.Equal(_content.Length, snapshots.Sum(snapshot => snapshot.Fetched));
        Assert.All(snapshots, snapshot => Assert.Equal(_content, File.ReadAllBytes(Path.Combine(snapshot.Folder, Weights))));
    }

    [Fact]
    public async Task Names_that_lead_elsewhere_are_left_out_and_named()
    {
        await using var hub = Hub().Add(Repository, "../evil.json", "{}").Add(Repository, "a/../../evil", "x").Add(Repository, "/etc/evil", "x");
        using var client = Client(hub);
        var listing = await client.List(HubId.Parse("owner/name"));
        Assert.Equal([Weights], listing.Files.Select(file => file.Path.Text));
        Assert.Equal(3, listing.Refused.Count);
        await Fetch(hub, "owner/name");
        Assert.Equal(["hub"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Progress_counts_bytes_and_ends_at_all_of_them()
    {
        await using var hub = Hub().Once("resolve", reply => reply with { CutAt = 100_000 });
        var reports = new List<HubProgress>();
        await Fetch(hub, "owner/name", progress: new Sink(reports));
        Assert.Equal(new HubProgress(300_000, 300_000, 0), reports[^1]);
        Assert.All(reports, report => Assert.InRange(report.Done, 0, report.Total));
    }

    [Fact]
    public async Task A_revision_is_kept_under_its_name_and_found_offline()
    {
        await using var hub = Hub();
        var snapshot = await Fetch(hub, "owner/name@refs/pr/1");
        var cache = new HubCache(_folder["hub"]);
        Assert.Equal(snapshot.Folder, cache.Snapshot(HubId.Parse("owner/name@refs/pr/1")));
        Assert.Equal(snapshot.Folder, cache.Snapshot(HubId.Parse($"owner/name@{FakeHub.Commit}")));
        Assert.Null(cache.Snapshot(HubId.Parse("owner/name")));
    }

    private string Blobs => Path.Combine(_folder["hub"], "models--owner--name", "blobs");

    private FakeHub Hub() => new FakeHub().Add(Repository, Weights, _content);

    private static IEnumerable<FakeRequest> Gets(FakeHub hub) => hub.Requests.Where(request => request.Method == "GET" && request.Path.Contains("resolve", StringComparison.Ordinal));

    private HubOptions Options(FakeHub hub, int attempts = 5) => new() { Endpoint = hub.Url, CacheFolder = _folder["hub"], Patience = Patience, Attempts = attempts };

    private HubClient Client(FakeHub hub, HubCache? cache = null, int attempts = 5) => new(Options(hub, attempts), _time, cache ?? new(_folder["hub"]), _ => null);

    private async Task<HubSnapshot> Fetch(FakeHub hub, string id, HubCache? cache = null, int attempts = 5, IProgress<HubProgress>? progress = null, CancellationToken cancel = default)
    {
        using var client = Client(hub, cache, attempts);
        var listing = await client.List(HubId.Parse(id), cancel);
        return await client.Download(HubId.Parse(id), listing, listing.Files, null, progress, cancel);
    }

    private static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private sealed class Sink(List<HubProgress> reports) : IProgress<HubProgress>
    {
        public void Report(HubProgress value) => reports.Add(value);
    }
}
