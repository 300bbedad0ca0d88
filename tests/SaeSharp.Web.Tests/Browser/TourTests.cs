using Microsoft.Playwright;

namespace SaeSharp.Web.Tests.Browser;

[Collection<DemoBenchTests>]
public sealed class TourTests(DemoBench bench)
{
    private const int Patience = 120_000;

    /// <summary>What stands on a step when it has computed something.</summary>
    private static readonly string[] Ready = [".stack-token", ".facts .fact-value", ".contrast .tokens .heat", ".panel .units", ".outcome .controls-table", "select.pick option"];

    public static TheoryData<int> Steps => [.. Enumerable.Range(1, Ready.Length)];

    [Theory, MemberData(nameof(Steps))]
    public async Task Each_step_computes_and_fits_and_can_be_read_in_both_colour_schemes(int step)
    {
        foreach (var (colours, widths) in new[] { (ColorScheme.Light, new[] { 1440, 360 }), (ColorScheme.Dark, [360, 1440]) })
        {
            await using var visit = await Settled(step, colours, widths[0]);
            foreach (var width in widths)
            {
                await visit.Resize(width);
                Assert.Equal(0, await visit.Overflow());
                Assert.Empty(await visit.FaintTexts(4.5));
                Assert.Empty(await visit.Barriers());
            }
            Assert.Empty(await visit.PickyFields());
            Assert.Empty(visit.Faults);
            Assert.Equal("step", await visit.Page.Locator(".steps li a").Nth(step - 1).GetAttributeAsync("aria-current"));
        }
    }

    [Fact]
    public async Task The_arrow_keys_turn_the_steps_but_not_while_one_writes()
    {
        await using var visit = await Settled(1, ColorScheme.Light, 1440);
        await visit.Page.Locator("h1").FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await visit.Page.WaitForURLAsync("**/tour/2");
        await visit.Page.Locator("nav[data-arrows] a[rel=prev]").WaitForAsync(); // the address changes before the page does
        await visit.Page.Keyboard.PressAsync("ArrowLeft");
        await visit.Page.WaitForURLAsync("**/tour/1");

        await visit.Page.Locator(".stack-token").First.WaitForAsync(new() { Timeout = Patience });
        await visit.Page.Locator("textarea:not([aria-hidden='true'])").First.FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        Assert.EndsWith("/tour/1", visit.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_step_shows_follows_what_is_typed()
    {
        await using var visit = await Settled(1, ColorScheme.Light, 1440);
        await visit.Page.Locator("textarea:not([aria-hidden='true'])").First.FillAsync("the dog is happy .");
        await visit.Page.Locator("button[type=submit]").ClickAsync();

        await Assertions.Expect(visit.Page.Locator(".stack-token")).ToHaveCountAsync(6, new() { Timeout = Patience }); // with <bos>
        await Assertions.Expect(visit.Page.Locator(".layer")).ToHaveCountAsync(2); // one SAE a layer, though the demo has more
    }

    [Fact]
    public async Task A_small_SAE_is_trained_while_one_looks_and_its_features_can_be_opened()
    {
        await using var visit = await Settled(6, ColorScheme.Light, 1440);
        await visit.Page.GetByLabel("Tokens", new() { Exact = true }).FillAsync("10007");
        await visit.Page.GetByLabel("Tokens", new() { Exact = true }).PressAsync("Tab");
        await visit.Page.Locator("button[type=submit]").ClickAsync();
        await visit.Page.Locator(".live .note a").WaitForAsync(new() { Timeout = Patience });

        await Assertions.Expect(visit.Page.Locator(".status")).ToHaveTextAsync("finished");
        Assert.NotEqual(0, await visit.Page.Locator(".curve polyline").CountAsync());
        await visit.Page.Locator(".live .note a").ClickAsync();
        await visit.Page.Locator(".listing").WaitForAsync();
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Help_and_refusal_are_pushed_both_ways_beside_six_random_directions()
    {
        await using var visit = await Settled(5, ColorScheme.Light, 1440);

        await Assertions.Expect(visit.Page.Locator(".ask .segments button")).ToHaveCountAsync(2);
        await Assertions.Expect(visit.Page.Locator(".controls-table tbody tr")).ToHaveCountAsync(2 + 1 + 6 + 6);
        var pushed = await visit.Page.Locator(".pushes tbody").InnerTextAsync();
        await visit.Page.Locator(".ask .segments button").Last.ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".pushes tbody")).Not.ToHaveTextAsync(pushed);
    }

    [Fact]
    public async Task Home_leads_to_the_tour_first_and_outside_the_demo_the_page_says_where_it_is()
    {
        await using var visit = await bench.Open("/");
        await visit.Page.Locator("main a.primary").First.ClickAsync();
        await visit.Page.WaitForURLAsync("**/tour/1");

        await Assertions.Expect(visit.Page.Locator(".steps li")).ToHaveCountAsync(6); // the address changes before the page does
    }

    [Fact]
    public async Task A_known_feature_says_so_with_its_evidence_wherever_it_is_named()
    {
        await using var visit = await bench.Open(bench.FeaturePage);
        await Assertions.Expect(visit.Page.Locator(".known")).ToContainTextAsync(bench.Label.Text);

        await visit.Page.GotoAsync($"/prompt?text={Uri.EscapeDataString("the dog is happy .")}");
        await visit.Page.Locator(".stack-token").First.WaitForAsync(new() { Timeout = Patience });
        foreach (var token in await visit.Page.Locator(".stack-token > span").AllAsync())
        {
            await token.ClickAsync();
            if (await visit.Page.Locator(".layer .truth").CountAsync() == 0) continue;
            Assert.Contains(bench.Label.Text, await visit.Page.Locator(".layer .truth").First.GetAttributeAsync("title"), StringComparison.Ordinal);
            return;
        }
        Assert.Fail("The feature that fires most often fires on no token of the prompt.");
    }

    private async Task<Visit> Settled(int step, ColorScheme colours, int width)
    {
        var visit = await bench.Open($"/tour/{step}", colours, width);
        await visit.Page.Locator(Ready[step - 1]).First.WaitForAsync(new() { Timeout = Patience, State = step == Ready.Length ? WaitForSelectorState.Attached : WaitForSelectorState.Visible });
        await Assertions.Expect(visit.Page.Locator(".live .stale")).ToHaveCountAsync(0, new() { Timeout = Patience });
        return visit;
    }
}
