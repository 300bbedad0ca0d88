using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SaeSharp.Lab;
using SaeSharp.Web.Endpoints;

namespace SaeSharp.Web.Tests.Endpoints;

/// <summary>Clients of event streams that leave, read nothing or come all at once.</summary>
public sealed class StreamTests(Workbench workbench)
{
    private const int Leaving = 24, Stalled = 8, Flood = 1500, AtOnce = 32;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_leaves_at_any_token_in_any_manner_stops_the_writing_there()
    {
        var (writings, over) = (new ConcurrentDictionary<int, Writing>(), 0);
        await using var app = workbench.AnotherServer();
        app.Use(async (http, next) =>
        {
            try
            {
                await next(http);
            }
            finally
            {
                Interlocked.Increment(ref over);
            }
        });
        app.MapGet("/write/{client:int}", (int client, HttpContext http, Workspace workspace, CancellationToken cancel) => Streaming.Answer(http, async progress =>
        {
            var writing = writings[client] = new(progress!, client % 4 + 1, cancel);
            try
            {
                return await workspace.Generate(new() { Model = workbench.Model, Prompt = "a cat", MaxTokens = 64, IgnoreEos = true }, writing, cancel);
            }
            catch (OperationCanceledException)
            {
                writing.WasStopped = true;
                throw;
            }
        }));
        await app.StartAsync(Cancel);
        await Parallel.ForEachAsync(Enumerable.Range(0, Leaving), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancel }, async (client, cancel) =>
        {
            using var socket = await Ask(app, $"/write/{client}");
            await Next(socket, $"\"done\":{client % 4}"); // token by token
            if (client % 3 == 0) socket.Client.LingerState = new(true, 0); // a reset, as of a program that was killed
            else if (client % 3 == 1) socket.Client.Shutdown(SocketShutdown.Send); // half a farewell
            if (client % 3 != 1) socket.Close();
            while (!writings[client].WasStopped) await Task.Delay(5, cancel);
        });
        while (Volatile.Read(ref over) < Leaving) await Task.Delay(5, Cancel); // the requests are over, too

        Assert.All(writings.Values, writing => Assert.InRange(writing.Behind, 0, 1));
    }

    [Fact]
    public async Task Who_reads_nothing_holds_little_hinders_nobody_and_finds_the_result_in_the_end()
    {
        var floods = new ConcurrentBag<List<WeakReference>>();
        await using var app = workbench.AnotherServer();
        app.MapGet("/flood/{client:int}", (int client, HttpContext http) => Streaming.Answer(http, async progress =>
        {
            floods.Add(await Task.Run(() => Pour(progress!)));
            return "whole";
        }));
        await app.StartAsync(Cancel);
        var stalled = new List<TcpClient>();
        for (var i = 0; i < Stalled; i++) stalled.Add(await Ask(app, $"/flood/{i}"));
        while (floods.Count < Stalled) await Task.Delay(5, Cancel); // the work waits for none of them

        GC.Collect();
        Assert.All(floods, steps => Assert.InRange(steps.Count(step => step.IsAlive), 0, 8)); // of 1,500: what waits, and what is being written
        using var client = new HttpClient { BaseAddress = AddressOf(app) };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/workspace", Cancel)).StatusCode);
        foreach (var socket in stalled)
        {
            await Next(socket, "\"whole\"");
            socket.Dispose();
        }
    }

    [Fact]
    public async Task Who_watches_a_job_and_leaves_or_reads_nothing_does_not_change_its_course()
    {
        await using var twin = await workbench.Copy();
        using var client = twin.Client();
        var request = new { verb = "train", request = new { model = workbench.Model, hooks = new[] { "blocks.0.hook_resid_post" }, corpus = new { texts = workbench.Texts, context = 32 }, dSae = 64, k = 4, tokens = 100_000_000, batch = 128, @out = "watched" } };
        using var answer = await client.PostAsJsonAsync("/api/jobs", request, Cancel);
        var address = $"/api/jobs/{(await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()}";
        using var still = await Connect(twin.Address, address);
        foreach (var watcher in Enumerable.Range(0, Leaving))
        {
            using var socket = await Connect(twin.Address, address);
            await Next(socket, "event: job");
            if (watcher % 2 == 0) socket.Client.LingerState = new(true, 0);
        }
        using var stays = await Connect(twin.Address, address);
        await Next(stays, "\"unit\":\"tokens\""); // it goes on
        await client.PostAsJsonAsync($"{address}/cancel", new { }, Cancel);
        await Next(stays, "\"status\":\"cancelled\"");
        await Next(still, "\"status\":\"cancelled\"");
    }

    [Fact]
    public async Task Steered_at_once_each_text_is_that_of_its_request_alone()
    {
        using var client = workbench.Client();
        string[] bodies = [.. Enumerable.Range(0, AtOnce).Select(i => $$"""{"model":{{JsonSerializer.Serialize(workbench.Model)}},"prompt":"{{Workbench.Prompt}}","features":["{{workbench.Saes[i % 2]}}:{{3 * i}}={{2 + i % 5}}"],"maxTokens":6}""")];
        var alone = new List<string>();
        foreach (var body in bodies) alone.Add(await Steered(client, body));
        var together = await Task.WhenAll(bodies.Select(body => Steered(client, body)));

        Assert.Equal(alone, together);
        Assert.True(alone.Distinct().Count() > AtOnce / 2, "the pushes do next to nothing");
    }

    /// <summary>What was written and how far the push moved it, to the bit.</summary>
    private static async Task<string> Steered(HttpClient client, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/steer") { Content = new StringContent(body, Encoding.UTF8, "application/json"), Headers = { { "Accept", Streaming.EventStream } } };
        using var answer = await client.SendAsync(request, Cancel);
        var events = await answer.Content.ReadAsStringAsync(Cancel);
        using var result = JsonDocument.Parse(events[events.IndexOf("event: result", StringComparison.Ordinal)..].Split("data: ")[1]);
        var root = result.RootElement;
        return string.Join(' ', root.GetProperty("before").GetProperty("ids"), root.GetProperty("after").GetProperty("ids"), root.GetProperty("kl"), root.GetProperty("features")[0].GetProperty("reencoded"));
    }

    /// <summary>Many steps, none of which is kept here.</summary>
    private static List<WeakReference> Pour(IProgress<Progress> progress)
    {
        var steps = new List<WeakReference>();
        for (var i = 0; i < Flood; i++)
        {
            var step = new Progress("pouring", i, Flood, 0, null, "steps") { Texts = [new('x', 20_000)] };
            steps.Add(new(step));
            progress.Report(step);
        }
        return steps;
    }

    private static Uri AddressOf(WebApplication app) => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    private static Task<TcpClient> Ask(WebApplication app, string target) => Connect(AddressOf(app), target);

    /// <summary>A connection on which events were asked for, and none is read.</summary>
    private static async Task<TcpClient> Connect(Uri server, string target)
    {
        var socket = new TcpClient { ReceiveBufferSize = 1 << 18 };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, Cancel);
        await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost:{server.Port}\r\nAccept: {Streaming.EventStream}\r\n\r\n"), Cancel);
        return socket;
    }

    /// <summary>Reads until <paramref name="wanted"/> has come; what came with it is gone.</summary>
    private static async Task Next(TcpClient socket, string wanted)
    {
        var (part, text) = (new byte[1 << 16], "");
        while (!text.Contains(wanted, StringComparison.Ordinal))
        {
            var read = await socket.GetStream().ReadAsync(part, Cancel);
            Assert.True(read > 0, $"the stream ended before {wanted}");
            text = text[Math.Max(0, text.Length - wanted.Length)..] + Encoding.UTF8.GetString(part, 0, read);
        }
    }

    /// <summary>Waits at one of its steps until the client is known to have left, and counts what comes behind it.</summary>
    private sealed class Writing(IProgress<Progress> steps, int leftAfter, CancellationToken left) : IProgress<Progress>
    {
        private int _steps;

        public int Behind => Math.Max(0, _steps - leftAfter);

        public volatile bool WasStopped;

        public void Report(Progress value)
        {
            steps.Report(value);
            Thread.Sleep(120); // longer than the pause between reports: each token is one
            if (++_steps == leftAfter) left.WaitHandle.WaitOne();
        }
    }
}
