using SaeSharp.Models.Hub;
using SaeSharp.Testing.Hub;

namespace SaeSharp.Models.Tests.Hub;

/// <summary>Who gets the token, where redirects may lead, and what a closed door says.</summary>
public sealed class RedirectTests : IDisposable
{
    private const string Repository = "models/owner/name", Token = "hf_secret_of_the_test";
    private static readonly HubId Id = HubId.Parse("owner/name");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_token_goes_to_the_hub_and_to_no_other_host()
    {
        await using var store = new FakeHub();
        await using var hub = new FakeHub { Store = store, RequiredToken = Token }.Add(Repository, "model.safetensors", "weights").Add(Repository, "config.json", "{}");
        await Fetch(hub, Token);
        Assert.All(hub.Requests, request => Assert.Equal($"Bearer {Token}", request.Header("Authorization")));
        var sent = Assert.Single(store.Requests);
        Assert.Null(sent.Header("Authorization"));
        Assert.DoesNotContain(Token, string.Join(' ', sent.Headers.Values) + sent.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renamed_repository_is_followed_with_the_token()
    {
        await using var hub = new FakeHub { RequiredToken = Token }.Add(Repository, "config.json", "{}")
            .Once("resolve", (request, _) => new FakeReply(307).With("Location", request.Path + "?moved=1"));
        Assert.Equal("{}", File.ReadAllText(Path.Combine((await Fetch(hub, Token)).Folder, "config.json")));
    }

    [Theory]
    [InlineData("file:///etc/passwd"), InlineData("ftp://127.0.0.1/x"), InlineData("gopher://x"), InlineData("http://user:word@127.0.0.1/x"), InlineData("http://[bad"), InlineData("")]
    public async Task A_redirect_to_anything_but_the_web_is_an_error(string location)
    {
        await using var hub = new FakeHub().Add(Repository, "config.json", "{}").Once("resolve", _ => location.Length == 0 ? new(302) : new FakeReply(302).With("Location", location));
        await Assert.ThrowsAsync<HubException>(() => Fetch(hub));
    }

    [Fact]
    public async Task Redirects_without_end_are_an_error()
    {
        await using var hub = new FakeHub().Add(Repository, "config.json", "{}");
        for (var i = 0; i < 20; i++) hub.Once("resolve", (request, _) => new FakeReply(302).With("Location", request.Path));
        Assert.Contains("without end", (await Assert.ThrowsAsync<HubException>(() => Fetch(hub))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, "RepoNotFound", "has no repository"), InlineData(404, "RevisionNotFound", "no revision"), InlineData(401, null, "there is no token"), InlineData(403, null, "does not let"),
     InlineData(403, "GatedRepo", "does not let"), InlineData(401, "GatedRepo", "does not let"), InlineData(400, null, "answers 400")]
    public async Task A_closed_door_says_why(int status, string? code, string said)
    {
        await using var hub = new FakeHub().Add(Repository, "config.json", "{}").Once("revision", _ => code is null ? new(status) : new FakeReply(status).With("X-Error-Code", code));
        var error = await Assert.ThrowsAsync<HubException>(() => Fetch(hub));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Hint);
        Assert.Single(hub.Requests); // what will not pass is not tried again
    }

    [Fact]
    public async Task A_wrong_token_is_told_without_showing_it()
    {
        await using var hub = new FakeHub { RequiredToken = "another" }.Add(Repository, "config.json", "{}");
        var error = await Assert.ThrowsAsync<HubException>(() => Fetch(hub, Token));
        Assert.DoesNotContain(Token, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        await using var hub = new FakeHub().Add(Repository, "config.json", "{}").Once("resolve", _ => FakeReply.NotFound("EntryNotFound"));
        Assert.Equal("owner/name has no file 'config.json'.", (await Assert.ThrowsAsync<HubException>(() => Fetch(hub))).Message);
    }

    [Fact]
    public async Task The_secret_of_a_signed_address_is_not_shown()
    {
        await using var store = new FakeHub();
        await using var hub = new FakeHub { Store = store }.Add(Repository, "model.safetensors", "weights");
        store.Once("store", _ => new(403) { Body = "<Secret>X-Amz</Secret>"u8.ToArray() });
        Assert.DoesNotContain("Amz", (await Assert.ThrowsAsync<HubException>(() => Fetch(hub))).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""), InlineData("[]"), InlineData("{}"), InlineData("null"), InlineData("{\"sha\":\"../x\",\"siblings\":[]}"), InlineData("{\"sha\":5,\"siblings\":[]}"),
     InlineData("{\"sha\":\"0123456789abcdef0123456789abcdef01234567\"}"), InlineData("{\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"siblings\":[5]}"), InlineData("<html>")]
    public async Task A_list_that_is_none_is_a_typed_error(string body)
    {
        await using var hub = new FakeHub().Add(Repository, "config.json", "{}").Once("revision", reply => reply with { Body = System.Text.Encoding.UTF8.GetBytes(body) });
        await Assert.ThrowsAsync<FileException>(() => Fetch(hub));
    }

    [Fact]
    public async Task Offline_nothing_is_asked()
    {
        await using var hub = new FakeHub().Add(Repository, "config.json", "{}");
        using var client = new HubClient(new() { Endpoint = hub.Url, CacheFolder = _folder["hub"], Offline = true });
        await Assert.ThrowsAsync<HubException>(() => client.List(Id));
        Assert.Empty(hub.Requests);
    }

    [Fact]
    public async Task A_hub_that_is_not_there_is_told()
    {
        Uri gone;
        await using (var hub = new FakeHub()) gone = hub.Url;
        using var client = new HubClient(new() { Endpoint = gone, CacheFolder = _folder["hub"] }, new SkippingTime(TimeSpan.FromSeconds(30)));
        Assert.Contains("cannot be reached", (await Assert.ThrowsAsync<HubException>(() => client.List(Id))).Message, StringComparison.Ordinal);
    }

    private async Task<HubSnapshot> Fetch(FakeHub hub, string? token = null)
    {
        using var client = new HubClient(new() { Endpoint = hub.Url, CacheFolder = _folder["hub"], Token = token }, new SkippingTime(TimeSpan.FromSeconds(30)), new(_folder["hub"]), _ => null);
        var listing = await client.List(Id);
        return await client.Download(Id, listing, listing.Files);
    }
}
