#!/usr/bin/env dotnet
#:package Microsoft.Playwright
#:property PublishAot=false

// Takes the pictures of the README from the real pages: the six steps of the tour, light, 1280 pixels wide.
// Needs a built program and a Chromium.   Run: dotnet samples/02-take-pictures.cs [SAE_PROGRAM] [FOLDER]

using System.Diagnostics;
using Microsoft.Playwright;

const int width = 1280, height = 700, most = 150 * 1024, patience = 600_000;
var program = args.Length > 0 ? args[0] : Path.Combine("artifacts", "bin", "SaeSharp.Cli", "release", "sae");
var folder = args.Length > 1 ? args[1] : Path.Combine("docs", "images");
string[] chromiums = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

// What a page shows when it has computed; what is done before it is taken; and the element at whose top the picture begins.
(string Name, string Ready, Func<IPage, Task>? First)[] steps =
[
    ("read", ".stack-token", null),
    ("feature", ".facts .fact-value", null),
    ("contrast", ".contrast .tokens .heat", page => ScrollTo(page, ".swarm")),
    ("natural", ".panel .units", null),
    ("steer", ".outcome .controls-table", page => ScrollTo(page, ".outcome")),
    ("train", "select.pick option", Train),
];

var home = Directory.CreateTempSubdirectory("saesharp-pictures-");
using var server = Process.Start(new ProcessStartInfo(program, ["demo", "--no-open", "--port", "0", "--home", home.FullName]) { RedirectStandardOutput = true })!;
try
{
    var address = await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("sae demo printed no address.");
    using var playwright = await Playwright.CreateAsync();
    await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromiums.FirstOrDefault(File.Exists), Args = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"] });
    var context = await browser.NewContextAsync(new() { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce, ViewportSize = new() { Width = width, Height = height }, BaseURL = address });
    var page = await context.NewPageAsync();
    Directory.CreateDirectory(folder);
    foreach (var (number, step) in steps.Index())
    {
        await page.GotoAsync($"/tour/{number + 1}");
        await page.Locator(step.Ready).First.WaitForAsync(new() { Timeout = patience, State = WaitForSelectorState.Attached });
        await page.WaitForFunctionAsync("() => !document.querySelector('.live .stale, .live .busy')", null, new() { Timeout = patience });
        if (step.First is { } first) await first(page);
        await page.Mouse.MoveAsync(0, 0);
        var file = Path.Combine(folder, $"tour-{number + 1}-{step.Name}.png");
        var picture = await page.ScreenshotAsync(new() { Path = file });
        Console.WriteLine($"{file}: {picture.Length / 1024} KB{(picture.Length > most ? $", more than {most / 1024}" : "")}");
    }
}
finally
{
    if (!server.HasExited) server.Kill();
    await server.WaitForExitAsync();
    home.Delete(recursive: true);
}

static async Task ScrollTo(IPage page, string element)
{
    // The bar at the top covers 56 pixels.
    await page.EvaluateAsync("selector => window.scrollTo(0, document.querySelector(selector).closest('.card, .outcome').getBoundingClientRect().top + window.scrollY - 72)", element);
    await page.WaitForTimeoutAsync(300);
}

static async Task Train(IPage page)
{
    await page.Locator("button[type=submit]").ClickAsync();
    await page.Locator(".live .note a, .live .problem").First.WaitForAsync(new() { Timeout = patience });
}
