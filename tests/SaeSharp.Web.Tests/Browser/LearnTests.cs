using Microsoft.Playwright;
using SaeSharp.Web.Learning;

namespace SaeSharp.Web.Tests.Browser;

[Collection<DemoBenchTests>]
public sealed class LearnTests(DemoBench bench, Workbench workbench)
{
    private const int Patience = 120_000;

    public static TheoryData<string> Names => [.. LearnPages.All.Select(page => page.Name)];

    [Theory, MemberData(nameof(Names))]
    public async Task Each_page_computes_its_pieces_and_fits_and_can_be_read_in_both_colour_schemes(string name)
    {
        var page = LearnPages.All.First(page => page.Name == name);
        foreach (var (colours, width) in new[] { (ColorScheme.Light, 1440), (ColorScheme.Dark, 360) })
        {
            await using var visit = await bench.Open($"/learn/{name}", colours, width);
            foreach (var live in page.Parts.OfType<LearnPart.Live>())
                await visit.Page.Locator(ReadyOf(live.Piece)).First.WaitForAsync(new() { Timeout = Patience, State = WaitForSelectorState.Attached });
            await Assertions.Expect(visit.Page.Locator(".live .stale")).ToHaveCountAsync(0, new() { Timeout = Patience });

            await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync(page.Title);
            Assert.Equal(0, await visit.Page.Locator(".problem").CountAsync());
            Assert.Equal(0, await visit.Overflow());
            Assert.Empty(await visit.FaintTexts(4.5));
            Assert.Empty(await visit.Barriers());
            Assert.Empty(await visit.PickyFields());
            Assert.Empty(visit.Faults);
        }
    }

    [Fact]
    public async Task Keeping_fewer_features_explains_less()
    {
        await using var visit = await bench.Open("/learn/one-token");
        await visit.Page.Locator(".anatomy .slider input").WaitForAsync(new() { Timeout = Patience });
        var (rows, whole) = (await visit.Page.Locator(".addends li").CountAsync(), await Unexplained(visit));
        await visit.Page.Locator(".anatomy .slider input").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(visit.Page.Locator(".addends li")).ToHaveCountAsync(1); // b_dec alone

        Assert.True(rows > 1);
        Assert.True(await Unexplained(visit) > whole);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Pages_are_there_outside_the_demo_too_and_every_link_among_them_leads_somewhere()
    {
        await using var visit = await workbench.Open("/learn");
        await Assertions.Expect(visit.Page.Locator(".lessons .door")).ToHaveCountAsync(LearnPages.All.Count);
        using var client = workbench.Client();
        foreach (var page in LearnPages.All)
        {
            var html = await client.GetStringAsync(new Uri($"/learn/{page.Name}", UriKind.Relative), TestContext.Current.CancellationToken);
            foreach (var link in html.Split("href=\"/learn/").Skip(1).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]))
                Assert.Contains(link, LearnPages.All.Select(other => other.Name));
        }
    }

    private static string ReadyOf(string piece) => piece switch
    {
        "read" => ".stack-token",
        "feature" => ".facts .fact-value",
        "natural" => ".panel .units",
        "contrast" => ".contrast .tokens .heat",
        "steer" => ".outcome .controls-table",
        "token" => ".anatomy .addends",
        "code" => ".slider input[type=range]",
        _ => ".live select.pick option",
    };

    private static async Task<double> Unexplained(Visit visit)
    {
        var text = await visit.Page.Locator(".anatomy .facts .fact-value").First.InnerTextAsync();
        return double.Parse(text.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
