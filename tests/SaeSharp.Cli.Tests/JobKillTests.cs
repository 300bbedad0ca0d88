using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace SaeSharp.Cli.Tests;

/// <summary>The built program, killed while it serves and trains, shows the job as interrupted when it is started again, and resumed it ends with the bits of an undisturbed run.</summary>
public sealed class JobKillTests : IDisposable
{
    private const int Kills = 3;
    private readonly string _home = Directory.CreateTempSubdirectory("saesharp-jobs-").FullName;
    private Process? _server;
    private string _address = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _server?.Kill(entireProcessTree: true);
        _server?.WaitForExit();
        _server?.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task A_training_survives_kills_of_its_server_bit_by_bit_and_what_waited_behind_it_is_run()
    {
        Directory.CreateDirectory(Path.Combine(_home, "texts"));
        Directory.CreateDirectory(Path.Combine(_home, "models"));
        File.Copy(CommandLine.Texts, Path.Combine(_home, "texts", "texts.txt"));
        Directory.CreateSymbolicLink(Path.Combine(_home, "models", "tiny"), CommandLine.Model);
        using var client = new HttpClient();
        await Start(client);
        var whole = await Post(client, "/api/jobs", Train("whole"));
        await Until(client, whole, job => job.GetProperty("status").GetString() == "finished");
        var job = await Post(client, "/api/jobs", Train("killed"));
        var behind = await Post(client, "/api/jobs", Train("behind"));
        for (var kill = 1; kill <= Kills; kill++)
        {
            await Until(client, job, one => one.GetProperty("progress") is { ValueKind: JsonValueKind.Object } progress && progress.GetProperty("unit").GetString() == "tokens" && progress.GetProperty("done").GetInt64() > 40_000 * kill);
            _server!.Kill(entireProcessTree: true);
            _server.WaitForExit();
            await Start(client);
            await Until(client, behind, one => one.GetProperty("status").GetString() == "finished"); // it waited, and was run
            Assert.Equal("interrupted", (await client.GetFromJsonAsync<JsonElement>($"{_address}/api/jobs/{job}", Cancel)).GetProperty("status").GetString());
            await Post(client, $"/api/jobs/{job}/resume", new { });
        }
        var end = await Until(client, job, one => one.GetProperty("status").GetString() == "finished");

        Assert.Equal(Sha256(await client.GetFromJsonAsync<JsonElement>($"{_address}/api/jobs/{whole}", Cancel)), Sha256(end));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_home, "jobs"), "*.tmp"));
    }

    private static object Train(string name) => new
    {
        verb = "train",
        request = new { model = "tiny", hooks = new[] { "blocks.1.hook_resid_post" }, corpus = new { texts = "texts/texts.txt", context = 64 }, dSae = 256, k = 8, batch = 256, tokens = name == "behind" ? 2560 : 256_000, checkpointEvery = 10, @out = name },
    };

    private static string? Sha256(JsonElement job) => job.GetProperty("result").GetProperty("saes")[0].GetProperty("weightsSha256").GetString();

    private async Task Start(HttpClient client)
    {
        _server?.Dispose();
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "sae.exe" : "sae");
        _server = Process.Start(new ProcessStartInfo(program, ["serve", "--port", "0", "--no-open", "--home", _home]) { RedirectStandardOutput = true })!;
        _address = (await _server.StandardOutput.ReadLineAsync(Cancel))!.TrimEnd('/');
    }

    private async Task<string> Post(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(_address + path, body, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!;
    }

    private async Task<JsonElement> Until(HttpClient client, string id, Func<JsonElement, bool> isSo)
    {
        while (true)
        {
            var job = await client.GetFromJsonAsync<JsonElement>($"{_address}/api/jobs/{id}", Cancel);
            if (isSo(job)) return job;
            Assert.False(job.GetProperty("status").GetString() is "failed" or "cancelled" or "finished", job.ToString());
            await Task.Delay(20, Cancel);
        }
    }
}
