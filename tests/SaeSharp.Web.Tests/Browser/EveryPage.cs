using Microsoft.Playwright;

namespace SaeSharp.Web.Tests.Browser;

/// <summary>Laws that hold for every page.</summary>
public sealed class EveryPage(Workbench workbench)
{
    /// <summary>WCAG 2.2, success criterion 1.4.3 (AA), for text of ordinary size.</summary>
    private const double LeastContrast = 4.5;
    private const int Wide = 1280, Narrow = 360;

    public static TheoryData<string> Pages => ["home", "list", "feature", "prompt", "steer", "steered", "contrast", "search", "train", "jobs", "lists", "coding", "learn", "guide", "not-found"];

    [Theory, MemberData(nameof(Pages))]
    public async Task Renders_and_fits_and_can_be_read_in_both_colour_schemes_and_asks_no_other_host(string page)
    {
        var backgrounds = new List<string>();
        foreach (var (colours, width) in new[] { (ColorScheme.Light, Wide), (ColorScheme.Dark, Narrow) })
        {
            await using var visit = await Settled(page, colours, width);
            Assert.NotEqual("", await visit.Page.Locator("h1").InnerTextAsync());
            Assert.Empty(await visit.PickyFields());
            Assert.Empty(await visit.Barriers());
            backgrounds.Add(await Background(visit));
            foreach (var size in new[] { width, Wide + Narrow - width })
            {
                await visit.Resize(size);
                Assert.Equal(0, await visit.Overflow());
                Assert.Empty(await visit.FaintTexts(LeastContrast));
            }

            Assert.DoesNotContain(visit.Faults, fault => page != "not-found" || !fault.Contains("404", StringComparison.Ordinal));
            Assert.Subset(new HashSet<string> { workbench.Address.Authority, "data" }, visit.Hosts);
        }
        Assert.NotEqual(backgrounds[0], backgrounds[1]);
    }

    [Fact]
    public async Task The_colours_can_be_switched_and_the_choice_outlives_the_page()
    {
        await using var visit = await workbench.Open("/");
        await visit.Page.ClickAsync(".theme");
        await visit.Page.ClickAsync(".theme");
        var chosen = await Background(visit);

        await visit.Page.GotoAsync(workbench.FeaturePage);

        Assert.Equal("dark", await visit.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Equal(chosen, await Background(visit));
    }

    [Fact]
    public async Task The_keyboard_reaches_the_content_first_and_then_every_explanation()
    {
        await using var visit = await workbench.Open(workbench.FeaturePage);
        await visit.Page.Locator(".why button").First.FocusAsync();

        Assert.True(await visit.Page.Locator(".tip").First.IsVisibleAsync());
        Assert.Equal("#main", await visit.Page.Locator("body a").First.GetAttributeAsync("href"));
    }

    private static Task<string> Background(Visit visit) => visit.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");

    private async Task<Visit> Settled(string page, ColorScheme colours, int width)
    {
        var prompt = Uri.EscapeDataString(Workbench.Prompt);
        var (address, ready) = page switch
        {
            "home" => ("/", ".contents"),
            "learn" => ("/learn", ".lessons"),
            "guide" => ("/api/docs", ".prose"),
            "train" => ("/train", ".curve polyline"),
            "jobs" => ("/jobs", ".jobs > *"),
            "lists" => ("/lists", ".ask input:not([disabled])"),
            "list" => (workbench.FeaturePage[..workbench.FeaturePage.LastIndexOf('/')], ".listing"),
            "feature" => (workbench.FeaturePage, ".examples"),
            "prompt" => ($"/prompt?text={prompt}", ".stack-token"),
            "steer" => ($"/steer?text={prompt}&f={workbench.Saes[^1]}:{workbench.Feature}", ".slider"),
            "search" => ($"/search?by=text&q={prompt}", ".hit"),
            "steered" => ($"/steer?text={prompt}&f={workbench.Saes[^1]}:{workbench.Feature}%401%3D2&run=true&n=8&twins=true&words=%2320", ".followed"),
            "coding" => ($"/coding?text={prompt}&sae={workbench.Saes[^1]}", ".coefficients polyline"),
            "contrast" => (Workbench.ContrastAddress, ".contrast .tokens .heat"),
            _ => ("/nowhere/at/all", "h1"),
        };
        var visit = await workbench.Open(address, colours, width);
        await visit.Page.Locator(ready).First.WaitForAsync();
        return visit;
    }
}
