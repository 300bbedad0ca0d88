using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SaeSharp.Web.Tests.Endpoints;

namespace SaeSharp.Web.Tests.Security;

/// <summary>Whatever is sent to the API, the answer is a result or a problem that says what is wrong, and never a failure of the server.</summary>
public sealed class ApiFuzz(Workbench workbench)
{
    private const int Calls = 5000, Seed = 17;

    /// <summary>Values in the place of any other, as JSON.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "false", "-1", "0", "1", "-2147483648", "2147483647", "2147483648", "9007199254740993", "9223372036854775808", "1e308", "1e999", "-1e999", "1e-320", "0.5", "-0.0", "NaN", "Infinity", "01", "1.", "\"\"", "\"1\"", "\" \"",
        "\"../../etc/passwd\"", "\"/etc/passwd\"", "\"C:\\\\x\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udfff\\ud800\"", "\"<img src=x>\"", "\"\\u202e\"", "\"all\"", "\"last\"", "\"3..\"", "\"99999999999..\"", "\"5..2\"", "\"SAE:1\"", "\"SAE:1=2\"", "\"SAE:1=1e300\"", "\"SAE:1=1e308\"",
        "\"SAE:1@all=0..4\"", "\"SAE:1@0..99=2\"", "\"SAE:1=2x\"", "\"SAE:1=0.5max\"", "\"SAE:-1=2\"", "\"SAE:99999999999=2\"", "\"SAE:1>0\"", "\"SAE:1>NaN\"", "\":\"", "\"=\"", "\"#5\"", "\"#-5\"", "\"#99999999\"", "\"mean\"", "\"max\"", "\"quantile\"", "\"of-max\"", "\"add\"", "\"set\"", "\"project\"", "\"since\"", "\"b\"",
        "\"blocks.0.hook_resid_post\"", "\"blocks.99.hook_resid_post\"", "\"blocks.0.attn.hook_pattern\"", "\"x=1\"", "\"x={\"", "\"enable_thinking=false\"", "[]", "[null]", "[[]]", "{}", "[1]", "[-1]", "[0,1]", "[2147483647]", "[1e999]", "[\"\"]", "[\"a\"]", "[\"SAE:1=2\"]", "[\"SAE:1=2\",\"SAE:1=2\"]", "[\"SAE:2\"]", "[\"SAE\"]",
        "[\"a\",\"a\",\"b\"]", "[\"blocks.1.hook_resid_post\"]", "{\"a\":1}", "DEEP", "LONG", "MANY",
    ];

    private static readonly string[] Queries =
    [
        "", "-1", "0", "1", "127", "128", "1000", "1001", "2147483647", "2147483648", "1e3", "NaN", "true", "x", "index", "density", "max", "Density", "7", "%00", "%ff", "..%2f..%2fetc", "%0d%0aSet-Cookie:x", "SAE", "MODEL", "<b>", "%E2%80%AE", "a&a=b", "[]", "null",
    ];

    /// <summary>Work that is handed over: small, and over texts that the workspace lists.</summary>
    private static readonly string[] Jobs =
    [
        """{"verb":"train","request":{"model":"MODEL","hooks":["blocks.0.hook_resid_post"],"corpus":{"texts":"TEXTS","context":32},"dSae":16,"k":2,"tokens":256,"batch":64,"bufferMiB":1,"out":"fuzzed"}}""",
        """{"verb":"index","request":{"sae":"SAE","model":"MODEL","corpus":{"texts":"TEXTS","context":32},"tokens":200}}""",
        """{"verb":"eval","request":{"sae":"SAE","model":"MODEL","corpus":{"texts":"TEXTS","context":32},"tokens":200,"metrics":["fvu"]}}""",
        """{"verb":"contrast","request":{"model":"MODEL","promptsA":["a cat","a dog"],"promptsB":["the sun","the day"],"shuffles":100,"top":1}}""",
        """{"verb":"sweep","request":{"model":"MODEL","prompt":"a cat","feature":"SAE:1","coefficients":[1],"maxTokens":2}}""",
    ];

    private string? _job;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_thousand_calls_give_a_result_or_a_problem_with_a_next_step()
    {
        await using var twin = await workbench.Copy();
        using var client = twin.Client();
        var document = await ApiSchema.Of(client);
        var (statuses, faults) = (new Dictionary<int, int>(), new ConcurrentBag<string>());
        await Parallel.ForEachAsync(Enumerable.Range(0, Calls), new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = Cancel }, async (call, cancel) =>
        {
            var random = new Random(Seed * Calls + call);
            using var request = random.Next(4) == 0 ? Get(document, random) : Post(document, random);
            var sent = $"{request.Method} {request.RequestUri} {(request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancel))}";
            using var answer = await client.SendAsync(request, cancel);
            var body = await answer.Content.ReadAsStringAsync(cancel);
            var about = $"call {call}: {sent[..Math.Min(600, sent.Length)]}\n{(int)answer.StatusCode} {body[..Math.Min(400, body.Length)]}";
            if ((int)answer.StatusCode is not ((>= 200 and < 300) or (>= 400 and < 500)) || (answer.StatusCode >= HttpStatusCode.BadRequest && !IsProblem(answer, body))) faults.Add(about);
            else if (answer.StatusCode == HttpStatusCode.OK) using (var whole = JsonDocument.Parse(body))
                if (request.RequestUri!.OriginalString == "/api/jobs" && whole.RootElement.TryGetProperty("id", out var id)) _job = id.GetString();
            lock (statuses) statuses[(int)answer.StatusCode] = statuses.GetValueOrDefault((int)answer.StatusCode) + 1;
        });
        Assert.Empty(faults);
        Assert.True(statuses.GetValueOrDefault(200) >= Calls / 20 && statuses.GetValueOrDefault(400) >= Calls / 4, string.Join(", ", statuses)); // neither all refused nor all taken
    }

    private static bool IsProblem(HttpResponseMessage answer, string body)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json") return false;
        using var problem = JsonDocument.Parse(body);
        return problem.RootElement.GetProperty("title").GetString()?.Length > 0 && problem.RootElement.GetProperty("detail").GetString()?.Length > 0 && problem.RootElement.GetProperty("status").GetInt32() == (int)answer.StatusCode;
    }

    private HttpRequestMessage Get(ApiSchema document, Random random)
    {
        var paths = document.Document.GetProperty("paths").EnumerateObject().Where(path => path.Value.TryGetProperty("get", out _)).ToList();
        var path = paths[random.Next(paths.Count)];
        var names = path.Value.GetProperty("get").TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray().Where(one => one.GetProperty("in").GetString() == "query").Select(one => one.GetProperty("name").GetString()!).ToList() : [];
        if (random.Next(8) == 0) names.Add(random.Next(2) == 0 ? "nonsense" : "sae");
        var query = string.Join('&', names.Where(_ => random.Next(6) > 0).Select(name => $"{name}={(random.Next(3) > 0 ? Fitting(name) : Queries[random.Next(Queries.Length)])}"));
        return new(random.Next(40) == 0 ? HttpMethod.Post : HttpMethod.Get, $"{Found(path.Name, random)}?{Named(query)}");

        static string Fitting(string name) => name switch { "sae" => "SAE", "target" => "MODEL", "order" => "density", "name" => "x", _ => "3" };
    }

    private HttpRequestMessage Post(ApiSchema document, Random random)
    {
        var paths = document.Document.GetProperty("paths").EnumerateObject().Where(path => path.Value.TryGetProperty("post", out _)).ToList();
        var path = paths[random.Next(paths.Count)];
        var request = document.Resolved(path.Value.GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema"));
        var fields = Valid(path.Name, random);
        if (fields.TryGetValue("request", out var inner) && random.Next(5) > 0)
        {
            var of = document.Fields(request).Where(field => field.Name == "request").Select(field => document.Resolved(field.Value)).SelectMany(document.Fields).Select(field => field.Name).Distinct();
            fields["request"] = Text(Changed(Fields(inner), [.. of, "idsFile"], random));
        }
        else fields = Changed(fields, [.. document.Fields(request).Select(field => field.Name), "messages", "edits", "out", "nonsense"], random);
        var json = Named(Text(fields));
        var bytes = Encoding.UTF8.GetBytes(Grown(json));
        switch (random.Next(30))
        {
            case 0: bytes = bytes[..random.Next(bytes.Length)]; break;
            case 1: bytes[random.Next(bytes.Length)] = (byte)random.Next(128, 256); break;
            case 2: bytes = [.. bytes, .. bytes]; break;
            case 3: bytes = Encoding.UTF8.GetBytes(Grown(Values[random.Next(Values.Length)])); break;
            case 4: bytes[random.Next(bytes.Length)] = (byte)random.Next(128); break;
            default: break;
        }
        var content = new ByteArrayContent(bytes) { Headers = { ContentType = random.Next(60) == 0 ? new MediaTypeHeaderValue("text/plain") : new MediaTypeHeaderValue("application/json") } };
        return new(random.Next(60) == 0 ? HttpMethod.Get : HttpMethod.Post, Found(path.Name, random)) { Content = content, Headers = { ExpectContinue = bytes.Length > 1 << 20 } }; // what is too long is refused before it is sent
    }

    /// <summary>Up to three fields in another way.</summary>
    private static Dictionary<string, string> Changed(Dictionary<string, string> fields, string[] known, Random random)
    {
        for (var change = random.Next(4); change > 0; change--)
        {
            var field = known[random.Next(known.Length)];
            if (random.Next(10) == 0) fields.Remove(field);
            else fields[field] = Values[random.Next(Values.Length)];
        }
        return fields;
    }

    private static Dictionary<string, string> Fields(string json) => JsonNode.Parse(json)!.AsObject().ToDictionary(field => field.Key, field => field.Value!.ToJsonString());

    private static string Text(Dictionary<string, string> fields) => "{" + string.Join(',', fields.Select(field => $"\"{field.Key}\":{field.Value}")) + "}";

    /// <summary>A small request that is answered, as JSON by field.</summary>
    private static Dictionary<string, string> Valid(string path, Random random)
    {
        var fields = path switch
        {
            "/api/tokens" => """{"model":"MODEL","text":"a red cat"}""",
            "/api/generate" => """{"model":"MODEL","prompt":"a cat","maxTokens":2}""",
            "/api/read" => """{"model":"MODEL","prompt":"a cat","top":2}""",
            "/api/anatomy" => """{"model":"MODEL","prompt":"a cat","sae":"SAE","position":1}""",
            "/api/code-path" => """{"model":"MODEL","prompt":"a cat","sae":"SAE","most":4,"steps":2}""",
            "/api/steer" => """{"model":"MODEL","prompt":"a cat","features":["SAE:1=2"],"maxTokens":2}""",
            "/api/sweep" => """{"model":"MODEL","prompt":"a cat","feature":"SAE:1","coefficients":[1],"maxTokens":2}""",
            "/api/contrast" => """{"model":"MODEL","promptsA":["a cat","a dog"],"promptsB":["the sun","the day"],"shuffles":100,"top":1}""",
            "/api/search" => """{"text":["a cat"],"top":3}""",
            "/api/label" => """{"sae":"SAE","feature":127,"label":"x"}""",
            "/api/vote" => """{"sae":"SAE","feature":127,"vote":"up"}""",
            "/api/list" => """{"name":"x","add":["SAE:1"]}""",
            "/api/jobs" => Jobs[random.Next(Jobs.Length)],
            "/api/jobs/{id}/cancel" or "/api/jobs/{id}/resume" or "/api/jobs/{id}/remove" => "{}",
            _ => throw new InvalidOperationException($"{path} has no valid request here: add one"),
        };
        return Fields(fields);
    }

    /// <summary>An address with an id in it: of a job that is there, for the most part.</summary>
    private string Found(string path, Random random) => path.Replace("{id}", _job is { } job && random.Next(4) > 0 ? job : Queries[random.Next(Queries.Length)].Replace("%00", "0", StringComparison.Ordinal), StringComparison.Ordinal);

    private string Named(string text) => text.Replace("MODEL", workbench.Model, StringComparison.Ordinal).Replace("SAE", workbench.Saes[0], StringComparison.Ordinal).Replace("TEXTS", workbench.Texts, StringComparison.Ordinal);

    /// <summary>What is too large to stand in a table.</summary>
    private static string Grown(string json) => json.Replace("DEEP", new string('[', 10_000) + new string(']', 10_000), StringComparison.Ordinal)
        .Replace("LONG", $"\"{new string('a', 40_000)}\"", StringComparison.Ordinal).Replace("MANY", $"[{string.Join(',', Enumerable.Repeat("1", 600_000))}]", StringComparison.Ordinal);
}
