using System.Text.Json.Nodes;
using SaeSharp.Models.Hub;
using SaeSharp.Testing.Hub;

namespace SaeSharp.Models.Tests.Hub;

public sealed class UploadTests : IDisposable
{
    private const string Token = "hf_secret_of_the_test";
    private static readonly HubId Id = HubId.Parse("owner/name");
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _weights = new byte[1000];

    public UploadTests() => new Random(4).NextBytes(_weights);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0), InlineData(300), InlineData(1000)]
    public async Task A_commit_holds_small_files_and_names_large_ones_that_went_to_the_store(int partBytes)
    {
        await using var store = new FakeHub();
        await using var hub = new FakeHub { RequiredToken = Token, Store = store, PartBytes = partBytes };
        Assert.Equal(FakeHub.Commit, await Push(hub, Token));

        var lines = Assert.Single(hub.Commits).Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal(["header", "file", "lfsFile"], lines.Select(line => line["key"]!.GetValue<string>()));
        Assert.Equal("{}", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(lines[1]["value"]!["content"]!.GetValue<string>())));
        var sha256 = FakeHub.Sha256(_weights);
        Assert.Equal(sha256, lines[2]["value"]!["oid"]!.GetValue<string>());
        Assert.Equal(_weights, store.Stored.OrderBy(part => part.Key, StringComparer.Ordinal).SelectMany(part => part.Value));
        Assert.All(store.Requests, request => Assert.Null(request.Header("Authorization")));
        Assert.Equal(partBytes > 0, hub.Requests.Any(request => request.Path == "/complete"));
        Assert.Contains(hub.Requests, request => request.Path == "/verify");
    }

    [Fact]
    public async Task What_the_store_has_is_not_sent_again()
    {
        await using var hub = new FakeHub();
        hub.Stored[FakeHub.Sha256(_weights)] = _weights;
        await Push(hub, Token);
        Assert.DoesNotContain(hub.Requests, request => request.Method == "PUT");
    }

    [Fact]
    public async Task A_repository_that_is_there_is_no_error()
    {
        await using var hub = new FakeHub().Once("repos/create", _ => new(409) { Body = "{}"u8.ToArray() }, "POST");
        await Push(hub, Token);
        Assert.Single(hub.Commits);
    }

    [Fact]
    public async Task A_busy_store_is_asked_again()
    {
        await using var hub = new FakeHub().Once("/put/", _ => new(503), "PUT").Once("/commit/", _ => new(500), "POST");
        await Push(hub, Token);
        Assert.Equal(_weights, hub.Stored[FakeHub.Sha256(_weights)]);
        Assert.Equal(2, hub.Commits.Count); // the answer to the first was lost; the same commit twice changes nothing
    }

    [Fact]
    public async Task Without_a_token_nothing_is_asked()
    {
        await using var hub = new FakeHub();
        Assert.Contains("HF_TOKEN", (await Assert.ThrowsAsync<HubException>(() => Push(hub, null))).Hint, StringComparison.Ordinal);
        Assert.Empty(hub.Requests);
    }

    [Fact]
    public async Task A_store_at_no_web_address_is_refused()
    {
        var body = """{"objects":[{"oid":"x","size":1,"actions":{"upload":{"href":"file:///etc/passwd"}}}]}""";
        await using var hub = new FakeHub().Once("batch", reply => reply with { Body = System.Text.Encoding.UTF8.GetBytes(body) }, "POST");
        await Assert.ThrowsAsync<HubException>(() => Push(hub, Token));
        Assert.Empty(hub.Commits);
    }

    private async Task<string> Push(FakeHub hub, string? token)
    {
        using var client = new HubClient(new() { Endpoint = hub.Url, CacheFolder = _folder["hub"], Token = token }, new SkippingTime(TimeSpan.FromSeconds(30)));
        (HubPath, string)[] files = [(HubPath.Parse("a/cfg.json"), _folder.Write("cfg.json", "{}"u8.ToArray())), (HubPath.Parse("a/sae_weights.safetensors"), _folder.Write("w", _weights))];
        await client.Upload.Create(Id, isPrivate: true);
        return await client.Upload.Commit(Id, files, "Add an SAE");
    }
}
