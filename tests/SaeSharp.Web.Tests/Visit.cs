using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace SaeSharp.Web.Tests;

/// <summary>One page in the browser, which notes what went wrong and where requests went.</summary>
public sealed class Visit : IAsyncDisposable
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

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
        page.RequestFailed += (_, request) =>
        {
            // Aborted: the person went on before the answer was whole.
            if (request.Failure != "net::ERR_ABORTED") visit.Faults.Add($"failed: {request.Url} {request.Failure}");
        };
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

    /// <summary>Makes the window wider or narrower.</summary>
    public Task Resize(int width) => Page.SetViewportSizeAsync(width, 800);

    /// <summary>How many pixels the page is wider than the window.</summary>
    public Task<int> Overflow() => Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>Texts whose contrast with what they stand on is below <paramref name="least"/>, disabled controls left out.</summary>
    public Task<string[]> FaintTexts(double least) => Page.EvaluateAsync<string[]>("""
        least => {
            const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
            const paint = colours => { // what colours painted over each other give, as red, green, blue
                canvas.fillStyle = '#fff'; canvas.fillRect(0, 0, 1, 1);
                for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
                return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
            };
            const luminance = rgb => rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
            const grounds = element => element ? [...grounds(element.parentElement), getComputedStyle(element).backgroundColor] : [];
            const hasText = element => element.value?.trim?.() || [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
            return [...document.querySelectorAll('body *')]
                .filter(element => hasText(element) && element.checkVisibility({ visibilityProperty: true }) && !element.closest('svg, script, style, .sr, .skip, [disabled], [aria-disabled], .mud-disabled, .stale, [type=range]'))
                .map(element => {
                    const ground = grounds(element), text = getComputedStyle(element).color;
                    const [high, low] = [luminance(paint(ground)), luminance(paint([...ground, text]))].sort((a, b) => b - a);
                    return [(high + 0.05) / (low + 0.05), element];
                })
                .filter(([contrast]) => contrast < least)
                .map(([contrast, element]) => `${contrast.toFixed(2)}: ${element.tagName}.${element.className} ${(element.value || element.textContent).slice(0, 40)}`);
        }
        """, least);

    /// <summary>Number fields in which the browser would refuse a number between their bounds: a whole one, or a broken one where the field takes such.</summary>
    public Task<string[]> PickyFields() => Page.EvaluateAsync<string[]>("""
        () => [...document.querySelectorAll('input[type=number]')].flatMap(field => {
            const trial = field.cloneNode(), low = field.min === '' ? -1000 : Number(field.min), high = field.max === '' ? 1_000_000 : Number(field.max);
            const numbers = [low, low + 1, low + 7, high - 1, high, ...(['', '1'].includes(field.step) ? [] : [low + 0.0625, low + 0.123])].filter(number => number >= low && number <= high);
            return numbers.filter(number => { trial.value = number; return !trial.checkValidity(); }).map(number => `${field.parentElement.textContent.trim()}: ${number}`);
        })
        """);

    /// <summary>A picture of the whole page into the folder that <c>SAESHARP_PICTURES</c> names; none where it names none.</summary>
    public async Task Picture(string name)
    {
        if (Environment.GetEnvironmentVariable("SAESHARP_PICTURES") is { Length: > 0 } folder) await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
    }

    /// <summary>What axe-core calls a serious or critical barrier for people who do not see, hear or point as the page expects; faint text is <see cref="FaintTexts"/>'s.</summary>
    public async Task<string[]> Barriers()
    {
        await Page.EvaluateAsync(Axe);
        return await Page.EvaluateAsync<string[]>("""
            async () => {
                const found = await axe.run(document, { resultTypes: ['violations'], rules: { 'color-contrast': { enabled: false } } });
                return found.violations.filter(rule => ['serious', 'critical'].includes(rule.impact))
                    .flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.target} ${node.html.slice(0, 60)}`));
            }
            """);
    }

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
