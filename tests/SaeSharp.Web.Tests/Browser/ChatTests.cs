using Microsoft.Playwright;

namespace SaeSharp.Web.Tests.Browser;

/// <summary>A conversation on the page Steer, with a model whose tokenizer has a chat template.</summary>
[Collection<DemoBenchTests>]
public sealed class ChatTests(DemoBench bench)
{
    private const int Patience = 120_000;
    private const string First = "how do i sing ?", Second = "how do i bake bread ?";

    [Theory]
    [InlineData(1440, ColorScheme.Light), InlineData(360, ColorScheme.Dark)]
    public async Task Each_turn_is_written_plain_and_steered_side_by_side_and_the_chosen_answer_stands_before_the_next(int width, ColorScheme colours)
    {
        await using var visit = await bench.Open($"/steer?text=&f={bench.Label.Sae}:{bench.Label.Feature}=3&n=8", colours, width);
        await visit.Page.Locator(".slider").WaitForAsync(new() { Timeout = Patience });
        await visit.Page.GetByLabel("In the model's chat template").CheckAsync();
        await Say(visit, First);
        await Assertions.Expect(visit.Page.Locator(".turns li")).ToHaveCountAsync(0);
        await Assertions.Expect(visit.Page.Locator(".outcome .text p")).ToHaveCountAsync(2);

        var steered = await visit.Page.Locator(".outcome .text.after p bdi").Last.InnerTextAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Answer the steered text" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".turns li bdi")).ToHaveTextAsync([First, steered.Trim()]);
        await Assertions.Expect(Prompt(visit)).ToHaveValueAsync("");
        await visit.Picture($"chat-answered-{width}-{colours}");
        await Say(visit, Second);
        await Assertions.Expect(visit.Page.Locator(".turns li")).ToHaveCountAsync(2);
        await Assertions.Expect(visit.Page.Locator(".outcome .text p")).ToHaveCountAsync(2);
        await visit.Page.WaitForURLAsync("**turn=how%20do%20i%20sing*"); // the address follows the outcome
        await visit.Picture($"chat-{width}-{colours}");
        Assert.Equal(0, await visit.Overflow());
        Assert.Empty(await visit.FaintTexts(4.5));
        Assert.Empty(await visit.Barriers());

        await using (var again = await bench.Open($"{visit.Page.Url}&run=true", colours, width))
        {
            await again.Page.Locator(".outcome").WaitForAsync(new() { Timeout = Patience });
            await Assertions.Expect(again.Page.Locator(".outcome .text.after p")).ToHaveTextAsync(await visit.Page.Locator(".outcome .text.after p").InnerTextAsync());
        }

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Answer the text before" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".turns li")).ToHaveCountAsync(4);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Start over" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".turns")).ToHaveCountAsync(0);
        await Assertions.Expect(Prompt(visit)).ToHaveValueAsync(First);
        Assert.Empty(visit.Faults);
    }

    private static ILocator Prompt(Visit visit) => visit.Page.GetByLabel("Prompt", new() { Exact = true });

    private static async Task Say(Visit visit, string text)
    {
        await Prompt(visit).FillAsync(text);
        await Prompt(visit).PressAsync("Tab");
        await visit.Page.Locator("button[type=submit]:not([disabled])").ClickAsync(new() { Timeout = Patience });
        await visit.Page.Locator(".outcome").WaitForAsync(new() { Timeout = Patience });
    }
}
