using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace SaeSharp.Web.Tests.Security;

/// <summary>Texts of strangers are text in the HTML of every page that echoes them, before any script of ours has run.</summary>
public sealed partial class DisplayInjection(Workbench workbench)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void There_are_two_hundred() => Assert.True(Payloads.All.Distinct().Count() >= 200);

    [Fact]
    public async Task What_an_address_carries_is_shown_as_text()
    {
        using var client = workbench.Client();
        foreach (var (i, payload) in Payloads.All.Index())
        {
            var text = Uri.EscapeDataString(payload);
            foreach (var address in new[]
            {
                $"/prompt?model={text}&text={text}", $"/steer?model={text}&text={text}&f={text}&when={text}&words={text}&at={text}&op={text}", $"/search?by={text}&q={text}", $"/contrast?pooling={text}&a={text}&b={text}", $"/coding?text={text}&sae={text}",
                $"/api/feature?sae={text}&feature=1", $"/api/info?target={text}", $"/lists?name={text}", $"/api/lists?name={text}",
            })
                await RequireText(client, address);
            if (i % 10 == 0) await RequireText(client, $"{workbench.FeaturePage}?x={text}"); // a whole page that takes nothing from its query
        }
    }

    [Fact]
    public async Task What_people_write_about_features_is_shown_as_text()
    {
        await using var twin = await workbench.Copy();
        using var client = twin.Client();
        string[] payloads = [.. Payloads.All.Where(payload => payload.Length <= 500)];
        foreach (var (i, payload) in payloads.Index())
            Assert.Equal(HttpStatusCode.OK, (await client.PostAsJsonAsync("/api/label", new { sae = workbench.Saes[i % 2], feature = i / 2, label = payload, note = payload }, Cancel)).StatusCode);
        foreach (var (i, payload) in payloads.Index().Where(entry => entry.Item.Trim() is { Length: > 0 and <= 100 } && !entry.Item.Trim().Any(char.IsControl)))
            Assert.Equal(HttpStatusCode.OK, (await client.PostAsJsonAsync("/api/list", new { name = payload, add = new[] { $"{workbench.Saes[i % 2]}:{i / 2}" } }, Cancel)).StatusCode);
        foreach (var payload in payloads.Where(payload => payload.Length <= 100).Prepend("")) await RequireText(client, payload.Length == 0 ? "/lists" : $"/lists?name={Uri.EscapeDataString(payload)}");
        foreach (var page in workbench.Saes.Select(sae => $"/model/{sae["tiny/".Length..].Insert(0, "tiny~")}"))
        {
            foreach (var skip in new[] { 0, 50, 100 }) await RequireText(client, $"{page}?skip={skip}");
            for (var feature = 0; feature < (payloads.Length + 1) / 2; feature += 4) await RequireText(client, $"{page}/{feature}");
        }
    }

    [Fact]
    public async Task Names_of_models_and_SAEs_are_shown_as_text()
    {
        await using var twin = await workbench.Copy(home => HostileNames.Furnish(home, workbench.Saes[0]));
        using var client = twin.Client();
        foreach (var address in new[] { "/", "/prompt", "/steer", "/search", "/contrast", "/coding", "/train", "/api/workspace" }) await RequireText(client, address);
        var home = await client.GetStringAsync("/", Cancel);
        var links = SaeLink().Matches(home).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)).ToList();
        Assert.True(links.Count >= HostileNames.Whole, $"{links.Count} SAEs are listed");
        foreach (var link in links)
        {
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(link, Cancel)).StatusCode);
            await RequireText(client, link);
            await RequireText(client, $"{link}/1");
        }
    }

    /// <summary>No tag of the page has an attribute that a payload brought, a script of its own, or an address that runs or leads away.</summary>
    private static async Task RequireText(HttpClient client, string address)
    {
        var answer = await client.GetAsync(address, Cancel);
        if (answer.Content.Headers.ContentType?.MediaType != "text/html")
        {
            Assert.True(answer.Content.Headers.ContentType?.MediaType is null or "application/json" or "application/problem+json", address);
            return;
        }
        foreach (Match tag in Tag().Matches(await answer.Content.ReadAsStringAsync(Cancel)))
            foreach (Match attribute in Attribute().Matches(tag.Groups[2].Value))
            {
                var (name, value) = (attribute.Groups[1].Value.ToLowerInvariant(), WebUtility.HtmlDecode(attribute.Groups[2].Value).Trim('"', '\'', ' '));
                Assert.True(name != "pwned" && !name.StartsWith("on", StringComparison.Ordinal) && name != "srcdoc", $"{address}: {tag.Value}");
                Assert.False(name is "href" or "src" or "action" or "formaction" or "data" && !Own().IsMatch(value), $"{address}: {tag.Value}");
            }
    }

    [GeneratedRegex("""<([a-zA-Z][^\s/>]*)((?:[^"'>]|"[^"]*"|'[^']*')*)>""")]
    private static partial Regex Tag();

    [GeneratedRegex("""([^\s"'>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")]
    private static partial Regex Attribute();

    [GeneratedRegex("data-label=\"SAE\"[^>]*><a href=\"([^\"]+)\"")]
    private static partial Regex SaeLink();

    /// <summary>An address on this server.</summary>
    [GeneratedRegex("^(/(?!/)|#|$)")]
    private static partial Regex Own();
}
