using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace SaeSharp.Web.Tests.Browser;

/// <summary>The page of the jobs: what runs, waits, failed and ended. Each test has a queue of its own.</summary>
public sealed class JobTests(Workbench workbench) : IAsyncLifetime
{
    private const int Patience = 120_000;
    private Twin _twin = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _twin = await workbench.Copy();

    public async ValueTask DisposeAsync() => await _twin.DisposeAsync();

    [Fact]
    public async Task A_queue_with_every_kind_of_job_fits_and_can_be_read_in_both_colour_schemes()
    {
        await Furnish();
        foreach (var (colours, widths) in new[] { (ColorScheme.Light, new[] { 360, 1440 }), (ColorScheme.Dark, [1440, 360]) })
        {
            await using var visit = await workbench.Open("/jobs", colours, widths[0], _twin.Address);
            await visit.Page.Locator(".job .status.running").WaitForAsync(new() { Timeout = Patience });
            await visit.Page.Locator(".job .results a").First.WaitForAsync(new() { Timeout = Patience });

            Assert.Equal(["waiting", "running", "failed", "cancelled", "finished"], await visit.Page.Locator(".job .status").AllInnerTextsAsync());
            foreach (var width in widths)
            {
                await visit.Resize(width);
                Assert.Equal(0, await visit.Overflow());
                Assert.Empty(await visit.FaintTexts(4.5));
                Assert.Empty(await visit.Barriers());
                await visit.Picture($"jobs-{width}-{colours}");
            }
            Assert.Empty(visit.Faults);
        }
    }

    [Fact]
    public async Task A_training_moves_its_bar_is_cancelled_resumed_and_removed_by_keyboard_or_mouse()
    {
        await Post("/api/jobs", Train("moving", 40_000_000));
        await using var visit = await workbench.Open("/jobs", server: _twin.Address);
        var bar = visit.Page.Locator(".job progress[value]");
        await bar.WaitForAsync(new() { Timeout = Patience });
        var before = await bar.GetAttributeAsync("value");
        await Assertions.Expect(bar).Not.ToHaveAttributeAsync("value", before!, new() { Timeout = Patience });
        await Assertions.Expect(visit.Page.Locator(".job p[role=status]")).ToContainTextAsync("tokens, ");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel train" }).FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator(".job .status")).ToHaveTextAsync("cancelled", new() { Timeout = Patience });
        await Assertions.Expect(visit.Page.Locator(".job")).ToContainTextAsync("goes on from its last checkpoint");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Resume train" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".job .status")).ToHaveTextAsync("running", new() { Timeout = Patience });
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel train" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove train" }).ClickAsync(new() { Timeout = Patience });
        await Assertions.Expect(visit.Page.Locator(".job")).ToHaveCountAsync(0);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task An_evaluation_is_started_by_the_form_and_leads_to_its_sae()
    {
        await using var visit = await workbench.Open("/jobs", server: _twin.Address);
        await visit.Page.Locator(".ask select:not([disabled])").First.SelectOptionAsync("eval");
        await visit.Page.Locator(".ask input[type=number]").FillAsync("500");
        await visit.Page.Locator(".ask input[type=number]").PressAsync("Tab");
        await visit.Page.Locator(".ask button[type=submit]").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".job .status")).ToHaveTextAsync("finished", new() { Timeout = Patience });
        await Assertions.Expect(visit.Page.Locator(".job .results a").First).ToHaveTextAsync(workbench.Saes[0]);
        await visit.Page.Locator(".job .results a").First.ClickAsync();
        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync(workbench.Saes[0]);
        await visit.Page.Locator(".quality").WaitForAsync();
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task A_training_is_handed_over_by_the_page_Train_and_both_its_jobs_end()
    {
        await using var visit = await workbench.Open("/train", server: _twin.Address);
        await visit.Page.GetByLabel("Tokens", new() { Exact = true }).FillAsync("10007"); // no step of any size leads there
        await visit.Page.GetByLabel("Tokens", new() { Exact = true }).PressAsync("Tab");
        await visit.Page.Locator(".ask button[type=submit]:not([disabled])").ClickAsync(new() { Timeout = Patience });
        await visit.Page.Locator(".note a:has-text('look at them')").WaitForAsync(new() { Timeout = Patience });

        await visit.Page.GotoAsync("/jobs");
        await Assertions.Expect(visit.Page.Locator(".job .status")).ToHaveTextAsync(["finished", "finished"]);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Texts_of_strangers_in_a_job_are_text()
    {
        const string Hostile = "<img src=x onerror=alert(1)>\u202e\"'";
        await Post("/api/jobs", new { verb = "contrast", request = new { model = workbench.Model, promptsA = new[] { Hostile, "a" }, promptsB = new[] { "b", Hostile }, at = Hostile } });
        await using var visit = await workbench.Open("/jobs", server: _twin.Address);
        await visit.Page.Locator(".job .note.problem").WaitForAsync(new() { Timeout = Patience });
        Assert.False(visit.Alerted);
        Assert.Equal(0, await visit.Page.Locator(".job img").CountAsync());
        Assert.DoesNotContain('\u202e', await visit.Page.Locator("body").InnerTextAsync());
        Assert.Empty(visit.Faults);
    }

    /// <summary>One job finished, cancelled, failed, running and waiting.</summary>
    private async Task Furnish()
    {
        object corpus = new { texts = workbench.Texts, context = 32 };
        await Until(await Post("/api/jobs", new { verb = "index", request = new { sae = workbench.Saes[0], model = workbench.Model, corpus, tokens = 300 } }), "finished");
        var cancelled = await Post("/api/jobs", Train("cancelled", 4_000_000));
        await Post($"/api/jobs/{cancelled}/cancel", new { });
        await Until(cancelled, "cancelled");
        await Until(await Post("/api/jobs", new { verb = "eval", request = new { sae = workbench.Saes[0], model = workbench.Model, corpus, metrics = new[] { "flu" } } }), "failed");
        await Until(await Post("/api/jobs", Train("running", 400_000_000)), "running");
        await Post("/api/jobs", new { verb = "sweep", request = new { model = workbench.Model, prompt = "a cat", feature = $"{workbench.Saes[0]}:1" } });
    }

    private object Train(string name, long tokens) =>
        new { verb = "train", request = new { model = workbench.Model, hooks = new[] { "blocks.0.hook_resid_post" }, corpus = new { texts = workbench.Texts, context = 32 }, dSae = 64, k = 4, tokens, batch = 128, @out = name } };

    private async Task<string> Post(string address, object body)
    {
        using var client = _twin.Client();
        using var answer = await client.PostAsJsonAsync(address, body, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!;
    }

    private async Task Until(string id, string status)
    {
        using var client = _twin.Client();
        while ((await client.GetFromJsonAsync<JsonElement>($"/api/jobs/{id}", Cancel)).GetProperty("status").GetString() != status) await Task.Delay(50, Cancel);
    }
}
