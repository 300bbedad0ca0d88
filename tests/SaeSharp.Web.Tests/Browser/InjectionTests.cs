using System.Net.Http.Json;
using Microsoft.Playwright;
using SaeSharp.Web.Tests.Security;

namespace SaeSharp.Web.Tests.Browser;

/// <summary>Texts of strangers in a browser: no dialog, no element, no script, no character that turns the line around.</summary>
public sealed class InjectionTests(Workbench workbench)
{
    private const int AtOnce = 40, LongestPrompt = 120;

    private static readonly string[] Texts = [.. Payloads.All.Where(text => text.Length <= LongestPrompt && !string.IsNullOrWhiteSpace(text))];

    [Fact]
    public async Task In_sets_of_prompts_and_on_the_tokens_of_a_prompt()
    {
        foreach (var part in Texts.Chunk(AtOnce))
        {
            var lines = part.Select(text => text.ReplaceLineEndings(" ")).ToArray();
            var (a, b) = (Uri.EscapeDataString(string.Join('\n', lines[..(lines.Length / 2)])), Uri.EscapeDataString(string.Join('\n', lines[(lines.Length / 2)..])));
            if (a.Length + b.Length < 7000) await Shows($"/contrast?a={a}&b={b}", ".contrast .tokens .heat");
            await Shows($"/prompt?text={Uri.EscapeDataString(string.Concat(part[..6]))}", ".stack-token");
            await Shows($"/search?by=text&q={Uri.EscapeDataString(part[0].ReplaceLineEndings(" "))}", ".found");
        }
    }

    [Fact]
    public async Task In_what_is_steered()
    {
        foreach (var part in Texts.Chunk(Texts.Length / 4))
            await Shows($"/steer?text={Uri.EscapeDataString(string.Concat(part[..8]))}&f={workbench.Saes[^1]}:{workbench.Feature}=4&run=true&n=4&words=%2320", ".outcome");
    }

    [Fact]
    public async Task In_names_of_features_SAEs_and_models()
    {
        await using var twin = await workbench.Copy(home => HostileNames.Furnish(home, workbench.Saes[0]));
        using var client = twin.Client();
        foreach (var (i, text) in Payloads.All.Where(text => text.Length <= 500).Index())
            await client.PostAsJsonAsync("/api/label", new { sae = workbench.Saes[i % 2], feature = i / 2, label = text, note = text }, TestContext.Current.CancellationToken);
        foreach (var (address, ready) in new[]
        {
            ("/", ".contents"), ("/prompt", "select.pick option"), ("/steer", "select.pick option"), ("/coding", "select.pick option"), ($"/prompt?model={Uri.EscapeDataString(workbench.Model)}&text={Uri.EscapeDataString(Workbench.Prompt)}", ".stack-token"), ("/search?by=label&q=alert", ".hit"), ("/search?by=label&q=pwned", ".hit"),
            ("/model/tiny~blocks.0.hook_resid_post", ".listing"), ("/model/tiny~blocks.0.hook_resid_post?skip=50", ".listing"), ("/model/tiny~blocks.2.hook_resid_post", ".listing"), ("/model/tiny~blocks.2.hook_resid_post/1", ".remarks"), ("/model/tiny~blocks.2.hook_resid_post/60", ".remarks"),
        })
            await Shows(address, ready, twin.Address);
    }

    private async Task Shows(string address, string ready, Uri? server = null)
    {
        await using var visit = await workbench.Open(address, server: server);
        await visit.Page.Locator(ready).First.WaitForAsync(new() { Timeout = 60_000, State = WaitForSelectorState.Attached });

        Assert.False(visit.Alerted, address);
        Assert.Equal(0, await visit.Page.Locator("[pwned], [onerror], [onload], [srcdoc]").CountAsync());
        Assert.True(await visit.Page.EvaluateAsync<bool>("window.pwned === undefined"), address);
        Assert.Equal(0, await visit.Page.EvaluateAsync<int>(@"[...document.querySelectorAll('[href], [src], [action]')].filter(element => !['', location.host].includes(new URL(element.getAttribute('href') ?? element.getAttribute('src') ?? element.getAttribute('action'), location.href).host)).length"));
        Assert.Empty(await visit.Page.EvaluateAsync<string[]>(@"(document.body.innerText.match(/[\u202A-\u202E\u2066-\u2069\u200B\uFEFF\u061C\u001B\u0008]/g) ?? []).map(c => c.charCodeAt(0).toString(16))"));
        Assert.Equal(new HashSet<string> { (server ?? workbench.Address).Authority }, visit.Hosts.Where(host => host != "data").ToHashSet());
        Assert.Empty(visit.Faults);
    }
}
