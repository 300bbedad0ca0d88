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
    public async Task A_text_is_kept_beside_the_next()
    {
        await using var visit = await workbench.Open($"/steer?text={Uri.EscapeDataString(Workbench.Prompt)}&f={workbench.Saes[^1]}:{workbench.Feature}=2&n=8&run=true");
        await visit.Page.Locator(".outcome").WaitForAsync(new() { Timeout = 60_000 });
        var after = await visit.Page.Locator(".outcome .text.after p").InnerTextAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Keep this text beside the next" }).ClickAsync();
        await visit.Page.Locator("button[type=submit]").ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Keep this text beside the next" })).ToBeVisibleAsync(new() { Timeout = 60_000 });

        await Assertions.Expect(visit.Page.Locator(".kept .text p[dir=auto]")).ToHaveTextAsync(after);
        await visit.Page.Locator(".kept button").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".kept")).ToHaveCountAsync(0);
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

    [Fact]
    public async Task Both_texts_grow_while_they_are_written_and_Stop_leaves_what_is_there()
    {
        await using var visit = await workbench.Open($"/steer?text={Uri.EscapeDataString(Workbench.Prompt)}&f={workbench.Saes[^1]}:{workbench.Feature}=2&n=256&controls=12");
        await visit.Page.Locator(".slider").WaitForAsync();
        await visit.Page.EvaluateAsync("""
            window.lengths = [];
            new MutationObserver(() => {
                const text = document.querySelector("[aria-busy=true] .after bdi + bdi");
                if (text && text.textContent.length !== window.lengths.at(-1)) window.lengths.push(text.textContent.length);
                if (window.lengths.length >= 2) [...document.querySelectorAll("button")].find(button => button.textContent.trim() === "Stop")?.click();
            }).observe(document.body, { subtree: true, childList: true, characterData: true });
            """);
        await visit.Page.Locator("button[type=submit]").ClickAsync();
        await visit.Page.Locator(".text.after").WaitForAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(visit.Page.Locator("button[type=submit]")).ToBeEnabledAsync(new() { Timeout = 60_000 });
        var lengths = await visit.Page.EvaluateAsync<int[]>("window.lengths");

        Assert.True(lengths.Length >= 2, $"{lengths.Length} steps were seen");
        Assert.Equal(lengths.Order(), lengths);
        await Assertions.Expect(visit.Page.Locator(".text.after")).ToHaveCountAsync(1);
        await Assertions.Expect(visit.Page.Locator("[aria-busy=true]")).ToHaveCountAsync(0);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Without_the_error_term_says_what_the_reconstruction_alone_changes()
    {
        await using var visit = await workbench.Open($"/steer?text={Uri.EscapeDataString(Workbench.Prompt)}&f={workbench.Saes[^1]}:{workbench.Feature}=2&n=4&error=false&run=true");
        await visit.Page.Locator(".outcome").WaitForAsync(new() { Timeout = 60_000 });

        await Assertions.Expect(visit.Page.Locator(".fact-label:has-text(\"Of the reconstruction alone\")")).ToHaveCountAsync(1);
        await visit.Page.WaitForURLAsync("**&error=false&**");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task The_picture_can_be_taken_along_in_vectors_and_in_pixels()
    {
        await using var visit = await workbench.Open($"/steer?text={Uri.EscapeDataString(Workbench.Prompt)}&f={workbench.Saes[^1]}:{workbench.Feature}=2&n=4&run=true");
        await visit.Page.Locator(".exports").WaitForAsync(new() { Timeout = 60_000 });
        foreach (var (name, head) in new[] { ("SVG", "<svg "u8.ToArray()), ("PNG", new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G' }) })
        {
            var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync());
            await using var stream = await download.CreateReadStreamAsync();
            var start = new byte[head.Length];
            await stream.ReadExactlyAsync(start, TestContext.Current.CancellationToken);

            Assert.Equal(head, start);
        }
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Two_sets_of_prompts_push_without_a_feature()
    {
        await using var visit = await workbench.Open($"/steer?text={Uri.EscapeDataString(Workbench.Prompt)}&n=4");
        await visit.Page.Locator(".row.add option").First.WaitForAsync(new() { State = WaitForSelectorState.Attached }); // the page is awake
        await visit.Page.Locator(".means summary").ClickAsync();
        await visit.Page.GetByLabel("Toward, a prompt a line").FillAsync("a red cat\na red dog");
        await visit.Page.GetByLabel("Away from, a prompt a line").FillAsync("the sun");
        await visit.Page.Keyboard.PressAsync("Tab");
        await visit.Page.Locator("button[type=submit]").ClickAsync();
        await visit.Page.Locator(".outcome").WaitForAsync(new() { Timeout = 60_000 });

        Assert.NotEqual(0, await visit.Page.Locator(".fact-label:has-text(\"Direction at\")").CountAsync());
        await visit.Page.WaitForURLAsync("**toward=a%20red%20cat&toward=a%20red%20dog&from=the%20sun**"); // the address follows the outcome
        Assert.Empty(visit.Faults);
    }
}
