using System.Globalization;

namespace SaeSharp.Web.Tests.Browser;

public sealed class FeatureTests(Workbench workbench)
{
    [Fact]
    public async Task The_test_box_reads_the_feature_on_a_text_of_ones_own()
    {
        await using var visit = await workbench.Open(workbench.FeaturePage);
        var box = visit.Page.Locator(".testbox textarea:not([aria-hidden='true']), .testbox input").First;
        await box.FillAsync("one two three");
        await visit.Page.Locator(".testbox button").ClickAsync();
        await visit.Page.Locator(".testbox ~ .heat").WaitForAsync();

        Assert.Contains("three", await visit.Page.Locator(".testbox ~ .heat").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Previous_and_next_lead_to_the_neighbouring_numbers()
    {
        await using var visit = await workbench.Open(workbench.FeaturePage);
        await visit.Page.Locator("a[rel=next]").ClickAsync();
        await visit.Page.WaitForURLAsync($"**/{(workbench.Feature + 1).ToString(CultureInfo.InvariantCulture)}");
        await visit.Page.Locator("a[rel=prev]").ClickAsync();
        await visit.Page.WaitForURLAsync($"**{workbench.FeaturePage}");
    }
}
