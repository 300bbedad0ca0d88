using System.Net.Http.Json;
using Microsoft.Playwright;

namespace SaeSharp.Web.Tests.Browser;

public sealed class SearchTests(Workbench workbench)
{
    [Fact]
    public async Task The_slash_key_searches_the_arrows_walk_and_Enter_opens_the_feature()
    {
        await using var visit = await workbench.Open($"/search?by=text&q={Uri.EscapeDataString(Workbench.Prompt)}");
        await visit.Page.Locator(".hit").First.WaitForAsync(new() { Timeout = 60_000 });
        await visit.Page.Locator("h1").ClickAsync();
        await visit.Page.Keyboard.PressAsync("/");
        await Assertions.Expect(visit.Page.Locator("[data-search]")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(visit.Page.Locator("[data-result]").First).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("ArrowDown");
        await visit.Page.Keyboard.PressAsync("ArrowUp");
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.Page.Locator(".examples").First.WaitForAsync();
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task A_chosen_token_ranks_anew_and_other_ways_of_searching_answer()
    {
        await using var visit = await workbench.Open($"/search?by=text&q={Uri.EscapeDataString(Workbench.Prompt)}");
        await visit.Page.Locator(".choose-tokens button").First.ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".choose-tokens [aria-pressed=true]")).ToHaveCountAsync(1);
        foreach (var (way, query, shown) in new[] { ("Like a feature", $"{workbench.Saes[0]}:3", "cosine"), ("By what it says", "#20", "its no.") })
        {
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = way }).ClickAsync();
            await visit.Page.Locator("[data-search]").FillAsync(query);
            await visit.Page.Locator("[data-search]").PressAsync("Enter");
            await visit.Page.Locator($".hit:has-text(\"{shown}\")").First.WaitForAsync(new() { Timeout = 30_000 });
        }
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task A_name_given_on_the_feature_page_is_shown_as_text_and_found()
    {
        const string Name = "<img src=x onerror=alert(1)> hens";
        await using var visit = await workbench.Open(workbench.FeaturePage);
        await visit.Page.Locator(".remarks input:not([disabled])").FillAsync(Name);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await visit.Page.Locator(".remarks [role=status]:has-text(\"Saved\")").WaitForAsync(new() { Timeout = 30_000 });
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "☆ Bookmark" }).ClickAsync();
        await visit.Page.Locator(".star[aria-pressed=true]").WaitForAsync();

        await visit.Page.GotoAsync("/search?by=label&q=hen");
        await visit.Page.Locator(".hit .label").First.WaitForAsync(new() { Timeout = 30_000 });
        await Assertions.Expect(visit.Page.Locator(".hit .label").First).ToHaveTextAsync(Name);
        Assert.False(visit.Alerted);
        Assert.Empty(visit.Faults);

        using var client = workbench.Client();
        await client.PostAsJsonAsync("/api/label", new { sae = workbench.Saes[^1], feature = workbench.Feature, label = "", bookmark = "remove" }, TestContext.Current.CancellationToken);
    }
}
