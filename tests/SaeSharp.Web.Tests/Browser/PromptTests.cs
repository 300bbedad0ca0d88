using Microsoft.Playwright;

namespace SaeSharp.Web.Tests.Browser;

public sealed class PromptTests(Workbench workbench)
{
    [Fact]
    public async Task Choosing_a_token_shows_features_of_every_layer_that_lead_to_their_pages()
    {
        await using var visit = await workbench.Open($"/prompt?text={Uri.EscapeDataString(Workbench.Prompt)}");
        await visit.Page.Locator(".stack-token > span").Nth(2).ClickAsync();
        await visit.Page.Locator(".stack-token.chosen").Nth(0).WaitForAsync();

        await Assertions.Expect(visit.Page.Locator(".layer")).ToHaveCountAsync(workbench.Saes.Count);
        await visit.Page.Locator(".layer .features a.id").First.ClickAsync();
        await visit.Page.WaitForURLAsync("**/model/tiny~*/*");
        await Assertions.Expect(visit.Page.Locator("h1")).ToContainTextAsync("Feature");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Arrow_keys_walk_over_the_tokens_and_layers()
    {
        await using var visit = await workbench.Open($"/prompt?text={Uri.EscapeDataString(Workbench.Prompt)}");
        await visit.Page.Locator(".stack-token > span").Nth(1).ClickAsync();
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await visit.Page.Locator(".stack-token:nth-child(4).chosen").WaitForAsync();
        await visit.Page.Keyboard.PressAsync("ArrowDown");
        await visit.Page.Locator(".stack-token.chosen i.chosen").WaitForAsync();

        await Assertions.Expect(visit.Page.Locator(".layer")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Hostile_text_is_shown_as_text()
    {
        const string hostile = "a <script>alert(1)</script> <img src=x onerror=alert(2)> \u202Eb";
        await using var visit = await workbench.Open($"/prompt?text={Uri.EscapeDataString(hostile)}");
        await visit.Page.Locator(".stack-token").First.WaitForAsync();

        var shown = string.Concat(await visit.Page.Locator(".stack-token > span").AllInnerTextsAsync());
        Assert.Contains("<script>", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', shown);
        Assert.False(visit.Alerted);
        Assert.Equal(0, await visit.Page.Locator("main script, main img").CountAsync());
    }

    [Fact]
    public async Task A_mistake_is_told_in_words_and_the_prompt_stays()
    {
        await using var visit = await workbench.Open("/prompt");
        var box = visit.Page.Locator("textarea:not([readonly]):not([aria-hidden='true'])").First;
        var tooLong = string.Concat(Enumerable.Repeat("cat ", 900));
        await visit.Page.Locator("select.pick option").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await box.FillAsync(tooLong);
        await visit.Page.Locator("button[type=submit]").ClickAsync();
        await visit.Page.Locator(".problem").WaitForAsync();

        Assert.NotEqual("", await visit.Page.Locator(".problem .hint").InnerTextAsync());
        Assert.Equal(tooLong, await box.InputValueAsync());
    }
}
