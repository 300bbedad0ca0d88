using Microsoft.Playwright;

namespace SaeSharp.Web.Tests;

/// <summary>One page in the browser, which notes what went wrong and where requests went.</summary>
public sealed class Visit : IAsyncDisposable
{
    private Visit(IPage page) => Page = page;

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, failed requests, scripts that threw.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Hosts that were asked for anything.</summary>
    public HashSet<string> Hosts { get; } = [];

    /// <summary>Whether a dialog was opened: no page of ours opens one.</summary>
    public bool Alerted { get; private set; }

    public static async Task<Visit> To(IPage page, string address)
    {
        var visit = new Visit(page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") visit.Faults.Add($"{message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => visit.Faults.Add(error);
        page.RequestFailed += (_, request) => visit.Faults.Add($"failed: {request.Url}");
        page.Request += (_, request) => visit.Hosts.Add(new Uri(request.Url).Scheme == "data" ? "data" : new Uri(request.Url).Authority);
        page.WebSocket += (_, socket) => visit.Hosts.Add(new Uri(socket.Url).Authority);
        page.Dialog += async (_, dialog) =>
        {
            visit.Alerted = true;
            await dialog.DismissAsync();
        };
        await page.GotoAsync(address);
        return visit;
    }

    /// <summary>How many pixels the page is wider than the window.</summary>
    public Task<int> Overflow() => Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
