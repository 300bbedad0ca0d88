using Microsoft.Playwright;

namespace SaeSharp.Web.Tests.Browser;

public sealed class ContrastTests(Workbench workbench)
{
    [Fact]
    public async Task Two_sets_give_a_swarm_a_table_and_tokens_and_lead_to_steering_with_the_bundle()
    {
        await using var visit = await workbench.Open(Workbench.ContrastAddress);
        await visit.Page.Locator(".contrast .tokens .heat").First.WaitForAsync(new() { Timeout = 60_000 });

        await Assertions.Expect(visit.Page.Locator(".swarm svg")).ToHaveCountAsync(workbench.Saes.Count);
        Assert.NotEqual(0, await visit.Page.Locator(".swarm circle").CountAsync());
        var before = await visit.Page.Locator(".contrast .tokens h2").InnerTextAsync();
        await visit.Page.Locator(".contrasted button.link").Last.ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".contrast .tokens h2")).Not.ToHaveTextAsync(before, new() { Timeout = 30_000 });
        await visit.Page.Locator(".contrasted th button").First.ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".contrasted th[aria-sort=descending]")).ToHaveCountAsync(1);

        await visit.Page.Locator(".bundle a.primary").ClickAsync();
        await visit.Page.Locator(".panel").First.WaitForAsync(new() { Timeout = 30_000 });
        await Assertions.Expect(visit.Page.Locator(".panel")).ToHaveCountAsync(8);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Controls_stand_beside_a_push()
    {
        await using var visit = await workbench.Open($"/steer?text={Uri.EscapeDataString(Workbench.Prompt)}&f={workbench.Saes[^1]}:{workbench.Feature}=4&at=last");
        await visit.Page.Locator(".slider").WaitForAsync();
        await visit.Page.GetByLabel("Controls of each kind").FillAsync("2");
        await visit.Page.GetByLabel("A prompt that asks for it").FillAsync("Tell of the sea.");
        await visit.Page.Locator("button[type=submit]").ClickAsync();
        await visit.Page.Locator(".controls-table").WaitForAsync(new() { Timeout = 60_000 });

        await Assertions.Expect(visit.Page.Locator(".controls-table tbody tr")).ToHaveCountAsync(2 + 1 + 2 + 2 + 1);
        Assert.Contains("at=last", visit.Page.Url, StringComparison.Ordinal);
        Assert.Contains("instead=Tell", visit.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_prompts_are_refused_in_words_and_stay()
    {
        await using var visit = await workbench.Open("/contrast?a=one%20cat");
        var box = visit.Page.Locator("textarea:not([readonly]):not([aria-hidden='true'])").First;
        await visit.Page.Locator("select.pick option").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await visit.Page.Locator("button[type=submit]").ClickAsync();
        await visit.Page.Locator(".problem").WaitForAsync();

        Assert.Equal("one cat", await box.InputValueAsync());
    }
}
