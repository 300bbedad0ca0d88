using System.Text.Json;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;

namespace SaeSharp.Web.Tests.Endpoints;

/// <summary>The document of the API leaves nothing out.</summary>
public sealed class ApiDocumentTests(Workbench workbench)
{
    /// <summary>Every address that the server answers under /api, by a handler of ours.</summary>
    private IReadOnlyList<(string Method, string Path)> Mapped => [.. workbench.Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is null)
        .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(method => (method, Path: "/" + endpoint.RoutePattern.RawText!.Trim('/'))))
        .Where(entry => entry.Path.StartsWith("/api", StringComparison.Ordinal) && entry.Path is not ("/api/openapi.json" or "/api/{**rest}"))];

    [Fact]
    public async Task Every_address_is_in_it_with_what_it_takes_gives_and_refuses()
    {
        using var client = workbench.Client();
        var document = await ApiSchema.Of(client);
        Assert.True(Mapped.Count >= 17, string.Join(", ", Mapped));
        foreach (var (method, path) in Mapped)
        {
            var operation = Assert.NotNull(document.Operation(method, path));
            Assert.NotEqual("", operation.GetProperty("summary").GetString());
            Assert.True(operation.GetProperty("responses").GetProperty("200").GetProperty("content").TryGetProperty("application/json", out _), path);
            var refusal = document.Resolved(operation.GetProperty("responses").GetProperty("400").GetProperty("content").GetProperty("application/problem+json").GetProperty("schema"));
            Assert.True(refusal.GetProperty("properties").TryGetProperty("detail", out _));
            Assert.Equal(method == "POST", operation.TryGetProperty("requestBody", out _));
        }
        Assert.Equal(Mapped.Count, document.Document.GetProperty("paths").EnumerateObject().Sum(path => path.Value.EnumerateObject().Count()));
    }

    [Fact]
    public async Task Every_field_of_every_request_is_described_and_none_names_a_file()
    {
        using var client = workbench.Client();
        var document = await ApiSchema.Of(client);
        foreach (var (method, path) in Mapped.Where(entry => entry.Method == "POST"))
        {
            var request = document.Resolved(document.Operation(method, path)!.Value.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema"));
            foreach (var field in document.Fields(request))
            {
                Assert.True(field.Name == "verb" || ApiSchema.IsDescribed(field.Value), $"{path}: {field.Name}");
                Assert.DoesNotContain(field.Name, new[] { "messages", "edits", "out", "bundleOut", "texts", "idsFile", "activations" });
            }
        }
    }

    [Fact]
    public async Task A_job_takes_the_requests_that_the_verbs_take()
    {
        using var client = workbench.Client();
        var document = await ApiSchema.Of(client);
        var verbs = document.Variants("JobRequest").ToDictionary(variant => variant.GetProperty("properties").GetProperty("verb").GetProperty("enum")[0].GetString()!, variant => document.Resolved(variant.GetProperty("properties").GetProperty("request")));

        Assert.Equal(["contrast", "eval", "index", "sweep", "train"], verbs.Keys.Order());
        foreach (var path in new[] { "contrast", "sweep" })
            Assert.Equal(document.Resolved(document.Operation("POST", $"/api/{path}")!.Value.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema")).ToString(), verbs[path].ToString());
        foreach (var request in verbs.Values)
            Assert.All(request.GetProperty("properties").EnumerateObject(), field => Assert.True(ApiSchema.IsDescribed(field.Value), field.Name));
    }

    [Fact]
    public async Task Names_of_operations_differ()
    {
        using var client = workbench.Client();
        var document = await ApiSchema.Of(client);
        var names = document.Document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(operation => operation.Value.GetProperty("operationId").GetString()!).ToList();

        Assert.All(names, name => Assert.Matches("^[a-z][A-Za-z]+$", name));
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    [Fact]
    public async Task Every_address_is_listed_by_the_API_and_has_an_example_in_the_guide()
    {
        using var client = workbench.Client();
        var listed = JsonDocument.Parse(await client.GetStringAsync("/api", TestContext.Current.CancellationToken)).RootElement.GetProperty("addresses").ToString();
        var examples = GuideExamples.Curl.Select(request => (request.Method, request.Path)).ToHashSet();
        foreach (var (method, path) in Mapped.Where(entry => !entry.Path.Contains('{')))
        {
            if (path != "/api") Assert.Contains($"{method} {path}", listed, StringComparison.Ordinal);
            Assert.Contains((method, path), examples);
        }
    }
}
