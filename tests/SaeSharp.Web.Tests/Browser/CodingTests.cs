using Microsoft.Playwright;

namespace SaeSharp.Web.Tests.Browser;

public sealed class CodingTests(Workbench workbench)
{
    [Fact]
    public async Task Sliding_lambda_changes_the_code_and_its_error_but_not_the_SAEs()
    {
        await using var visit = await Opened();
        var (before, own) = (await Fact(visit, 2), await Fact(visit, 4));
        await visit.Page.Locator(".slider input").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Home");

        await Assertions.Expect(visit.Page.Locator(".facts .fact-value").Nth(1)).ToHaveTextAsync("0");
        Assert.NotEqual(before, await Fact(visit, 2));
        Assert.Equal(own, await Fact(visit, 4));
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Another_token_gets_a_path_of_its_own()
    {
        await using var visit = await Opened();
        var tokens = visit.Page.Locator(".chips button");
        await tokens.Nth(1).ClickAsync();

        await Assertions.Expect(tokens.Nth(1)).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(visit.Page.Locator(".chips button[aria-pressed=true]")).ToHaveCountAsync(1);
        Assert.Empty(visit.Faults);
    }

    private static Task<string> Fact(Visit visit, int number) => visit.Page.Locator(".facts .fact-value").Nth(number).InnerTextAsync();

    private async Task<Visit> Opened()
    {
        var visit = await workbench.Open($"/coding?text={Uri.EscapeDataString(Workbench.Prompt)}&sae={workbench.Saes[^1]}");
        await visit.Page.Locator(".coefficients polyline").First.WaitForAsync();
        return visit;
    }
}
