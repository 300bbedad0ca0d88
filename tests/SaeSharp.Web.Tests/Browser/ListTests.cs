using Microsoft.Playwright;

namespace SaeSharp.Web.Tests.Browser;

/// <summary>Votes on names and lists of features, on the pages.</summary>
public sealed class ListTests(Workbench workbench) : IAsyncLifetime
{
    private const string Name = "<b>birds</b> & more";
    private Twin _twin = null!;

    public async ValueTask InitializeAsync() => _twin = await workbench.Copy();

    public async ValueTask DisposeAsync() => await _twin.DisposeAsync();

    [Fact]
    public async Task A_name_is_voted_on_and_the_vote_taken_back()
    {
        await using var visit = await workbench.Open(workbench.FeaturePage, server: _twin.Address);
        await visit.Page.Locator(".remarks input:not([disabled])").FillAsync(Name);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        var up = visit.Page.Locator(".votes .vote").First;
        await up.ClickAsync();
        await Assertions.Expect(up).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(up).ToHaveTextAsync("▲ 1");
        await visit.Page.Locator(".votes .vote").Last.ClickAsync();
        await Assertions.Expect(up).ToHaveTextAsync("▲ 0");
        await visit.Page.ReloadAsync();
        await Assertions.Expect(visit.Page.Locator(".votes .vote").Last).ToHaveTextAsync("▼ 1");
        await visit.Page.Locator(".votes .vote:not([disabled])").Last.ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".votes .vote").Last).ToHaveTextAsync("▼ 0");
        Assert.Empty(await visit.Barriers());
        Assert.Empty(visit.Faults);
    }

    [Theory]
    [InlineData(360, ColorScheme.Dark), InlineData(1440, ColorScheme.Light)]
    public async Task A_list_is_filled_ordered_renamed_and_deleted(int width, ColorScheme colours)
    {
        await using var visit = await workbench.Open(workbench.FeaturePage, colours, width, _twin.Address);
        for (var feature = 0; feature < 2; feature++)
        {
            await visit.Page.GotoAsync($"{workbench.FeaturePage[..workbench.FeaturePage.LastIndexOf('/')]}/{feature}");
            await visit.Page.Locator(".keep input:not([disabled])").FillAsync(Name);
            await visit.Page.Locator(".keep button:not([disabled])").ClickAsync();
            await visit.Page.Locator(".keep [role=status] a").WaitForAsync();
        }
        await visit.Page.Locator(".keep [role=status] a").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync(Name);
        await Assertions.Expect(visit.Page.Locator(".listing a")).ToHaveTextAsync([$"{workbench.Saes[^1]}:0", $"{workbench.Saes[^1]}:1"]);
        await visit.Page.Locator("button[aria-label$=' down']").First.ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".listing a")).ToHaveTextAsync([$"{workbench.Saes[^1]}:1", $"{workbench.Saes[^1]}:0"]);
        var file = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.GetByRole(AriaRole.Button, new() { Name = "CSV" }).ClickAsync());
        Assert.StartsWith("place,sae,feature,label\n1,", await File.ReadAllTextAsync(await file.PathAsync(), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(0, await visit.Overflow());
        Assert.Empty(await visit.FaintTexts(4.5));
        Assert.Empty(await visit.Barriers());
        await visit.Picture($"list-{width}");

        await visit.Page.Locator(".ask input").FillAsync("others");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Rename" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync("others");
        await visit.Page.Locator("button[aria-label^='take out']").First.ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".listing a")).ToHaveTextAsync([$"{workbench.Saes[^1]}:0"]);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Delete the list" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".card .muted")).ToHaveTextAsync("No list yet.");
        Assert.False(visit.Alerted);
        Assert.Empty(visit.Faults);
    }
}
