using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace SaeSharp.Web.Tests.Endpoints;

/// <summary>Work that is handed over by HTTP. Each test has a server of its own: its queue is nobody else's.</summary>
public sealed class JobApiTests(Workbench workbench) : IAsyncLifetime
{
    private Twin _twin = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _client = (_twin = await workbench.Copy()).Client();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _twin.DisposeAsync();
    }

    [Fact]
    public async Task A_training_is_told_as_it_goes_and_its_last_event_holds_the_result()
    {
        var job = await Start($$"""{"request":{{Train("events", 20_000)}},"verb":"train"}""");
        Assert.StartsWith("about ", job.GetProperty("forecast").GetString(), StringComparison.Ordinal);
        var events = new List<JsonElement>();
        using var asked = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{Id(job)}") { Headers = { { "Accept", "text/event-stream" } } };
        using var answer = await _client.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancel));
        while (await lines.ReadLineAsync(Cancel) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) Assert.Equal("event: job", line);
            if (line.StartsWith("data: ", StringComparison.Ordinal)) events.Add(JsonDocument.Parse(line[6..]).RootElement);
        }

        Assert.Equal("finished", events[^1].GetProperty("status").GetString());
        Assert.Equal("events", events[^1].GetProperty("result").GetProperty("saes")[0].GetProperty("name").GetString());
        Assert.Contains(events, one => one.GetProperty("progress").ValueKind == JsonValueKind.Object && one.GetProperty("progress").GetProperty("perSecond").GetDouble() > 0);
        var document = await ApiSchema.Of(_client);
        var (one, all) = (await Get($"/api/jobs/{Id(job)}"), await Get("/api/jobs"));
        Assert.Empty(document.Faults("GET", "/api/jobs/{id}", one));
        Assert.Empty(document.Faults("GET", "/api/jobs", all));
        Assert.Equal("train", one.GetProperty("request").GetProperty("verb").GetString());
        Assert.Equal(JsonValueKind.Null, all.GetProperty("jobs")[0].GetProperty("request").ValueKind);
        Assert.Contains((await Get("/api/workspace")).GetProperty("saes").EnumerateArray(), sae => sae.GetProperty("name").GetString() == "events");
        Assert.Contains("already", (await Refused("/api/jobs", $$"""{"verb":"train","request":{{Train("events", 1000)}}}""")).GetProperty("title").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_is_cancelled_resumed_and_removed()
    {
        var id = Id(await Start($$"""{"verb":"train","request":{{Train("long", 2_000_000)}}}"""));
        Assert.Contains("Another job trains 'long'", (await Refused("/api/jobs", $$"""{"verb":"train","request":{{Train("long", 1000)}}}""")).GetProperty("title").GetString(), StringComparison.Ordinal);
        await Refused($"/api/jobs/{id}/remove", "{}");
        Assert.Contains((await Post($"/api/jobs/{id}/cancel", "{}")).GetProperty("status").GetString(), new[] { "stopping", "cancelled" });
        await Until(id, "cancelled");
        Assert.Equal("waiting", (await Post($"/api/jobs/{id}/resume", "{}")).GetProperty("status").GetString());
        await Post($"/api/jobs/{id}/cancel", "{}");
        await Until(id, "cancelled");
        await Post($"/api/jobs/{id}/remove", "{}");
        Assert.Equal(HttpStatusCode.BadRequest, (await _client.GetAsync($"/api/jobs/{id}", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("""{"verb":"fly","request":{}}""", "'fly'"), InlineData("""{"request":{}}""", "discriminator"), InlineData("{}", "discriminator"), InlineData("""{"verb":"eval"}""", "request"), InlineData("""{"verb":"eval","request":null}""", "request")]
    [InlineData("""{"verb":"eval","request":{"sae":"SAE","corpus":{"texts":"/etc/passwd"}}}""", "no texts '/etc/passwd'"), InlineData("""{"verb":"eval","request":{"sae":"SAE","corpus":{}}}""", "no texts"), InlineData("""{"verb":"eval","request":{"sae":"../x","corpus":{"texts":"TEXTS"}}}""", "no SAE")]
    [InlineData("""{"verb":"eval","request":{"sae":"SAE","corpus":{"texts":"TEXTS","idsFile":"/etc/passwd"}}}""", "idsFile"), InlineData("""{"verb":"index","request":{"sae":["SAE","../x"],"corpus":{"texts":"TEXTS"}}}""", "no SAE"), InlineData("""{"verb":"index","request":{"sae":"SAE","top":2000000000,"corpus":{"texts":"TEXTS"}}}""", "top is")]
    [InlineData("""{"verb":"train","request":{"model":"MODEL","hooks":["blocks.0.hook_resid_post"],"corpus":{"texts":"TEXTS","context":32}}}""", "out is missing")]
    [InlineData("""{"verb":"train","request":{"model":"MODEL","hooks":["blocks.0.hook_resid_post"],"corpus":{"texts":"TEXTS"},"out":"../x"}}""", "no plain name"), InlineData("""{"verb":"train","request":{"model":"MODEL","hooks":["blocks.0.hook_resid_post"],"corpus":{"texts":"TEXTS"},"out":"/tmp/x"}}""", "no plain name")]
    [InlineData("""{"verb":"train","request":{"model":"MODEL","hooks":["blocks.0.hook_resid_post"],"corpus":{"texts":"TEXTS"},"out":"tiny"}}""", "already"), InlineData("""{"verb":"train","request":{"model":"MODEL","hooks":["blocks.77.hook_resid_post"],"corpus":{"texts":"TEXTS","context":32},"out":"x"}}""", "blocks.77")]
    [InlineData("""{"verb":"train","request":{"model":"MODEL","hooks":["blocks.0.hook_resid_post"],"corpus":{"texts":"TEXTS"},"out":"x","activations":"/etc"}}""", "activations"), InlineData("""{"verb":"train","request":{"model":"MODEL","hooks":["blocks.0.hook_resid_post"],"corpus":{"texts":"TEXTS","context":32},"out":"x","dSae":2000000000}}""", "needs about")]
    [InlineData("""{"verb":"train","request":{"model":"MODEL","hooks":["a","b","c"],"k":[1,2,3,4,5],"seed":[1,2,3,4,5],"corpus":{"texts":"TEXTS"},"out":"x"}}""", "75 SAEs"), InlineData("""{"verb":"contrast","request":{"model":"MODEL","a":"/etc/passwd","promptsB":["a"]}}""", "file of this machine"), InlineData("""{"verb":"sweep","request":{"model":"MODEL","prompt":"a","feature":"../x:1"}}""", "no SAE")]
    public async Task A_mistake_is_told_at_once_with_a_next_step(string body, string said)
    {
        var problem = await Refused("/api/jobs", Filled(body));
        Assert.Contains(said, problem.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
        Assert.Equal(0, (await Get("/api/jobs")).GetProperty("jobs").GetArrayLength());
    }

    [Fact]
    public async Task The_page_shows_a_job_that_runs_and_one_that_failed()
    {
        var failed = Id(await Start(Filled("""{"verb":"eval","request":{"sae":"SAE","model":"MODEL","corpus":{"texts":"TEXTS","context":32},"metrics":["flu"]}}""")));
        await Until(failed, "failed");
        await Start($$"""{"verb":"train","request":{{Train("shown", 2_000_000)}}}""");
        await Start(Filled("""{"verb":"eval","request":{"sae":"SAE","model":"MODEL","corpus":{"texts":"TEXTS","context":32}}}"""));
        var page = WebUtility.HtmlDecode(await _client.GetStringAsync("/jobs", Cancel));

        Assert.Contains("names 'flu', which is no figure", page, StringComparison.Ordinal);
        Assert.Contains("One job before it.", page, StringComparison.Ordinal);
        Assert.Contains("told before: about", page, StringComparison.Ordinal);
        Assert.Contains("<progress", page, StringComparison.Ordinal);
    }

    private string Train(string name, long tokens) => Filled($$"""{"model":"MODEL","hooks":["blocks.0.hook_resid_post"],"corpus":{"texts":"TEXTS","context":32},"dSae":64,"k":4,"tokens":{{tokens}},"batch":128,"out":"{{name}}"}""");

    private string Filled(string json) => json.Replace("MODEL", workbench.Model, StringComparison.Ordinal).Replace("TEXTS", workbench.Texts, StringComparison.Ordinal).Replace("SAE", workbench.Saes[0], StringComparison.Ordinal);

    private static string Id(JsonElement job) => job.GetProperty("id").GetString()!;

    private Task<JsonElement> Start(string body) => Post("/api/jobs", body);

    private async Task Until(string id, string status)
    {
        while ((await Get($"/api/jobs/{id}")).GetProperty("status").GetString() != status) await Task.Delay(50, Cancel);
    }

    private async Task<JsonElement> Get(string address) => await _client.GetFromJsonAsync<JsonElement>(address, Cancel);

    private async Task<JsonElement> Post(string address, string body)
    {
        var (status, answer) = await Send(address, body);
        Assert.True(status == HttpStatusCode.OK, answer.ToString());
        return answer;
    }

    private async Task<JsonElement> Refused(string address, string body)
    {
        var (status, answer) = await Send(address, body);
        Assert.True(status == HttpStatusCode.BadRequest, answer.ToString());
        return answer;
    }

    private async Task<(HttpStatusCode, JsonElement)> Send(string address, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _client.PostAsync(address, content, Cancel);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement);
    }
}
