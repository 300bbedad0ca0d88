using Microsoft.Playwright;

namespace SaeSharp.Web.Tests.Browser;

public sealed class SteerTests(Workbench workbench)
{
    [Fact]
    public async Task A_push_shows_both_texts_and_every_layer_with_the_pushed_one_marked()
    {
        await using var visit = await workbench.Open($"/steer?text={Uri.EscapeDataString(Workbench.Prompt)}&f={workbench.Saes[^1]}:{workbench.Feature}");
        await visit.Page.Locator(".slider").WaitForAsync();
        await visit.Page.Locator("button[type=submit]").ClickAsync();
        await visit.Page.Locator(".outcome").WaitForAsync(new() { Timeout = 60_000 });

        Assert.Equal(2, await visit.Page.Locator(".outcome .text p").CountAsync());
        Assert.Equal(workbench.Saes.Count, await visit.Page.Locator(".rail > li").CountAsync());
        Assert.Equal(1, await visit.Page.Locator(".rail > li.pushed").CountAsync());
        Assert.Contains($"{workbench.Feature}", await visit.Page.Locator(".rail > li.pushed .self").First.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task The_slider_sets_the_coefficient_and_its_other_units()
    {
        await using var visit = await workbench.Open($"/steer?text={Uri.EscapeDataString(Workbench.Prompt)}&f={workbench.Saes[^1]}:{workbench.Feature}=1");
        await visit.Page.Locator(".slider").WaitForAsync();
        var before = await visit.Page.Locator(".units").InnerTextAsync();
        await visit.Page.Locator(".slider input").FocusAsync();
        await visit.Page.Keyboard.PressAsync("End");

        await Assertions.Expect(visit.Page.Locator(".units")).Not.ToHaveTextAsync(before);
    }
}
