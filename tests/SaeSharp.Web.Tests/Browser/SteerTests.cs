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

        await Assertions.Expect(visit.Page.Locator(".outcome .text p")).ToHaveCountAsync(2);
        await Assertions.Expect(visit.Page.Locator(".rail > li")).ToHaveCountAsync(workbench.Saes.Count);
        await Assertions.Expect(visit.Page.Locator(".rail > li.pushed")).ToHaveCountAsync(1);
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

    [Fact]
    public async Task A_rail_runs_from_its_address_and_its_address_gives_the_same_again()
    {
        var id = $"{workbench.Saes[^1]}:{workbench.Feature}";
        await using var visit = await workbench.Open($"/steer?text={Uri.EscapeDataString(Workbench.Prompt)}&f={Uri.EscapeDataString($"{id}@0=2")}&f={Uri.EscapeDataString($"{id}@2=4")}&n=8&twins=true&run=true");
        await visit.Page.Locator(".followed").WaitForAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(visit.Page.Locator(".rail > li.pushed")).ToHaveCountAsync(2);
        var (after, address) = (await visit.Page.Locator(".text.after p").InnerTextAsync(), visit.Page.Url);
        Assert.Contains("%400%3D2", address, StringComparison.Ordinal);

        await using var again = await workbench.Open(address);
        await again.Page.Locator(".followed").WaitForAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(again.Page.Locator(".text.after p")).ToHaveTextAsync(after);
        Assert.Contains(workbench.Saes[^1], await again.Page.Locator(".exports + details code").TextContentAsync(), StringComparison.Ordinal);
        var download = await again.Page.RunAndWaitForDownloadAsync(() => again.Page.GetByRole(AriaRole.Button, new() { Name = "CSV" }).ClickAsync());
        Assert.Equal("steer.csv", download.SuggestedFilename);
        Assert.Empty(again.Faults);
    }

    [Fact]
    public async Task A_sweep_shows_a_text_for_every_cell_and_hands_a_push_over()
    {
        await using var visit = await workbench.Open($"/steer?text={Uri.EscapeDataString(Workbench.Prompt)}&f={workbench.Saes[^1]}:{workbench.Feature}&n=8");
        await visit.Page.Locator(".slider").WaitForAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sweep" }).ClickAsync();
        await visit.Page.Locator(".grid-map").WaitForAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(visit.Page.Locator(".grid-map button")).ToHaveCountAsync(3 * 7);
        await visit.Page.Locator(".grid-map button").First.ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Use this push" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".handles[open]")).ToHaveCountAsync(1);
        Assert.Empty(visit.Faults);
    }
}
