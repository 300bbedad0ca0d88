using System.Diagnostics;
using System.Text.Json;
using SaeSharp.Testing.Hub;

namespace SaeSharp.Cli.Tests;

/// <summary>The built program against a small hub: the variables of Hugging Face lead it there.</summary>
public sealed class HubVerbTests : IDisposable
{
    private const string Token = "hf_secret_of_the_test", Repository = "models/owner/tiny-model";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pull_fetches_a_model_that_info_then_knows_without_a_network()
    {
        await using var hub = Hub();
        var pulled = await Run(hub, "pull", "owner/tiny-model");
        Assert.True(pulled.Exit == 0, pulled.Error);
        Assert.Contains("use   owner/tiny-model", pulled.Output, StringComparison.Ordinal);
        Assert.Contains("fetching owner/tiny-model", pulled.Error, StringComparison.Ordinal);
        Assert.All(hub.Requests, request => Assert.Equal($"Bearer {Token}", request.Header("Authorization")));
        Assert.True(Directory.Exists(_folder["hf/hub/models--owner--tiny-model/snapshots"]));

        var asked = hub.Requests.Count;
        var info = await Run(hub, "info", "owner/tiny-model", "--json");
        Assert.Equal(3, JsonDocument.Parse(info.Output).RootElement.GetProperty("model").GetProperty("layers").GetInt32());
        Assert.Equal(asked, hub.Requests.Count);
        Assert.DoesNotContain(Token, pulled.Output + pulled.Error + info.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_goes_on_after_a_cut_and_tells_why_it_cannot()
    {
        await using var hub = Hub().Once("resolve", reply => reply with { CutAt = 1000 < reply.Body.Length ? 1000 : 0 });
        var pulled = await Run(hub, "pull", "owner/tiny-model", "--json");
        Assert.True(pulled.Exit == 0, pulled.Error);
        Assert.Equal("model", JsonDocument.Parse(pulled.Output).RootElement.GetProperty("kind").GetString());

        var absent = await Run(hub, "pull", "owner/nothing");
        Assert.Equal((1, ""), (absent.Exit, absent.Output));
        Assert.Equal("Error: The hub has no repository 'owner/nothing' that this token may see.\nHint:  Check the spelling, and that the token may read it.\n", absent.Error);
    }

    [Fact]
    public async Task A_model_that_is_not_there_names_the_command_that_fetches_it()
    {
        await using var hub = Hub();
        var result = await Run(hub, "generate", "google/gemma-2-2b", "Once");
        Assert.Equal(1, result.Exit);
        Assert.EndsWith("Hint:  Fetch it from the hub with: sae pull google/gemma-2-2b\n", result.Error, StringComparison.Ordinal);
        Assert.Empty(hub.Requests);
    }

    [Fact]
    public async Task Search_lists_releases_and_their_saes()
    {
        await using var hub = Hub();
        var releases = await Run(hub, "search", "--releases", "gemma-2-2b");
        Assert.Contains("gemma-scope-2b-pt-res-canonical", releases.Output, StringComparison.Ordinal);
        Assert.Contains("L0 claimed", releases.Output, StringComparison.Ordinal);
        var saes = await Run(hub, "search", "--releases", "gpt2-small-res-jb");
        Assert.Contains("gpt2-small-res-jb/blocks.8.hook_resid_pre", saes.Output, StringComparison.Ordinal);
        Assert.Contains("centred writing weights", saes.Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse((await Run(hub, "search", "--releases", "gpt2-small-res-jb", "--json")).Output).RootElement;
        Assert.True(json.GetProperty("releases")[0].GetProperty("processing").GetProperty("centerWritingWeights").GetBoolean());
        Assert.Empty(hub.Requests);
    }

    [Fact]
    public async Task An_interrupted_pull_exits_as_such_and_goes_on_later()
    {
        if (OperatingSystem.IsWindows()) return;
        var silent = new TaskCompletionSource();
        await using var hub = Hub().Once("model.safetensors", reply => reply with { CutAt = 50_000, Silence = () => silent.TrySetResult() });
        using var process = Start(hub, "pull", "owner/tiny-model");
        await silent.Task;
        await Task.Delay(200); // until the bytes are read
        using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
        Assert.Equal(130, process.ExitCode);
        var again = JsonDocument.Parse((await Run(hub, "pull", "owner/tiny-model", "--json")).Output).RootElement;
        Assert.True(again.GetProperty("fetched").GetInt64() < again.GetProperty("bytes").GetInt64());
        Assert.Contains(hub.Requests, request => request.Header("Range") is not null);
    }

    private static FakeHub Hub()
    {
        var hub = new FakeHub { RequiredToken = Token };
        foreach (var file in Directory.EnumerateFiles(CommandLine.Model)) hub.Add(Repository, Path.GetFileName(file), File.ReadAllBytes(file));
        return hub;
    }

    private async Task<(int Exit, string Output, string Error)> Run(FakeHub hub, params string[] args)
    {
        using var process = Start(hub, args);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, (await output).ReplaceLineEndings("\n"), (await error).ReplaceLineEndings("\n"));
    }

    private Process Start(FakeHub hub, params string[] args)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "sae.exe" : "sae")) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[.. args, "--home", _folder["home"], "--threads", "1"]) start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("HF_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        (start.Environment["HF_ENDPOINT"], start.Environment["HF_HOME"], start.Environment["HF_TOKEN"]) = (hub.Url.AbsoluteUri, _folder["hf"], Token);
        return Process.Start(start)!;
    }
}
