using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;

namespace SaeSharp.Web.Tests.Endpoints;

/// <summary>docs/api.md says what is the case: each of its examples is run.</summary>
[Collection<DemoBenchTests>]
public sealed class ApiGuideTests(DemoBench bench)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_curl_command_is_answered_as_the_document_says()
    {
        using var client = new HttpClient { BaseAddress = bench.Address };
        var document = await ApiSchema.Of(client);
        foreach (var request in GuideExamples.Curl)
        {
            var (status, text, type) = await Send(client, request);
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.NoContent, $"{request.Method} {request.Address} {request.Body}: {status} {text}");
            if (status == HttpStatusCode.NoContent) continue;
            Assert.Equal(request.Accept ?? "application/json", type);
            if (request.Accept is null) Assert.Empty(document.Faults(request.Method, request.Path, JsonDocument.Parse(text).RootElement));
        }
    }

    [Fact]
    public async Task A_stream_tells_the_texts_as_they_grow_and_ends_with_the_result()
    {
        using var client = new HttpClient { BaseAddress = bench.Address };
        var request = GuideExamples.Curl.Single(request => request.Accept is not null);
        var (_, text, _) = await Send(client, request);
        var (_, plain, _) = await Send(client, request with { Accept = null });
        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(block => block.Split('\n').ToDictionary(line => line.Split(": ")[0], line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..])).ToList();
        var texts = events.Where(step => step["event"] == "progress").Select(step => JsonDocument.Parse(step["data"]).RootElement.GetProperty("texts")).Where(texts => texts.ValueKind == JsonValueKind.Array)
            .Select(texts => texts.EnumerateArray().Select(one => one.GetString()!).ToArray()).ToList();

        Assert.Equal("result", events[^1]["event"]);
        Assert.All(events.SkipLast(1), step => Assert.Equal("progress", step["event"]));
        Assert.NotEmpty(texts);
        var result = JsonDocument.Parse(events[^1]["data"]).RootElement;
        string[] whole = [result.GetProperty("before").GetProperty("text").GetString()!, result.GetProperty("after").GetProperty("text").GetString()!];
        Assert.All(texts, both => Assert.All(both.Zip(whole), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal)));
        Assert.Equal(whole, texts[^1]);
        Assert.Equal(JsonDocument.Parse(plain).RootElement.GetProperty("after").GetProperty("ids").ToString(), result.GetProperty("after").GetProperty("ids").ToString());
    }

    [Fact]
    public async Task A_mistake_in_a_streamed_request_is_told_by_a_status()
    {
        using var client = new HttpClient { BaseAddress = bench.Address };
        var (status, text, _) = await Send(client, new("POST", "/api/steer", """{"model":"demo","prompt":"the dog","features":["demo/topk/blocks.1.hook_resid_post:3=x"]}""", "application/json", "text/event-stream"));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.NotEqual("", JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Every_Python_program_runs()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        Assert.SkipWhen(!folders.Any(folder => File.Exists(Path.Combine(folder, "python3"))), "no python3 on the path");
        foreach (var program in GuideExamples.Python)
        {
            using var process = Process.Start(new ProcessStartInfo("python3", ["-c", program.Replace("http://localhost:5317", bench.Address.ToString().TrimEnd('/'), StringComparison.Ordinal)])
            {
                RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["no_proxy"] = "*" },
            })!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
            await process.WaitForExitAsync(Cancel);

            Assert.Equal("", await errors);
            Assert.NotEqual("", await output);
        }
    }

    [Fact]
    public async Task The_request_of_every_CSharp_program_is_answered()
    {
        using var client = new HttpClient { BaseAddress = bench.Address };
        foreach (var request in GuideExamples.CSharp) Assert.Equal(HttpStatusCode.OK, (await Send(client, request)).Status);
    }

    [Fact]
    public async Task A_browser_is_led_to_the_guide_and_a_program_to_the_addresses()
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = bench.Address };
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/api") { Headers = { { "Accept", "text/html,*/*" } } };
        var answer = await client.SendAsync(asked, Cancel);

        Assert.Equal("/api/docs", answer.Headers.Location?.ToString());
        Assert.Contains("curl -s localhost:5317/api/workspace", await client.GetStringAsync("/api/docs", Cancel), StringComparison.Ordinal);
        Assert.Contains("\"addresses\"", await client.GetStringAsync("/api", Cancel), StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Text, string? Type)> Send(HttpClient client, GuideRequest request)
    {
        using var message = new HttpRequestMessage(new(request.Method), request.Address);
        if (request.Body is { } body) message.Content = new StringContent(body, Encoding.UTF8, request.Type!);
        if (request.Accept is { } accept) message.Headers.Add("Accept", accept);
        using var answer = await client.SendAsync(message, Cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel), answer.Content.Headers.ContentType?.MediaType);
    }
}
