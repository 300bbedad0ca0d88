using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using SaeSharp.Lab;
using SaeSharp.Lab.Coding;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Web.Tests;

[assembly: AssemblyFixture(typeof(Workbench))]

namespace SaeSharp.Web.Tests;

/// <summary>A served workspace, once for all tests: the tiny sample model, two small SAEs trained on its text, their indexes; and a browser where one is installed.</summary>
public sealed class Workbench : IAsyncLifetime
{
    private static readonly string[] Animals = ["cat", "dog", "hen", "fish"];

    public const string Prompt = "the little cat sat by the red door.";

    /// <summary>The contrast page with two sets of prompts; the second holds markup.</summary>
    public static string ContrastAddress { get; } = "/contrast?a=" + Uri.EscapeDataString(string.Join('\n', Enumerable.Range(0, 12).Select(i => $"the red {Animals[i % 4]} sat by door {i}.")))
        + "&b=" + Uri.EscapeDataString(string.Join('\n', Enumerable.Range(0, 12).Select(i => $"there was a <b>{Animals[i % 4]}</b> and a ball {i}.")));

    /// <summary>How long a page may take to arrive, in milliseconds: a busy machine is no fault.</summary>
    private const int Patience = 120_000;

    private static readonly string[] Chromiums = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly TemporaryFolder _home = new();
    private Workspace? _workspace;
    private WebApplication? _app;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Uri Address { get; private set; } = null!;
    public string Model { get; } = Path.Combine(Samples(), "model");

    /// <summary>The text that the SAEs were trained and indexed on, as the workspace lists it.</summary>
    public string Texts { get; } = Path.Combine(Samples(), "texts.txt");

    /// <summary>Names of the SAEs, from the first layer to the last.</summary>
    public IReadOnlyList<string> Saes { get; private set; } = [];

    /// <summary>The number of a feature of the last SAE that fires.</summary>
    public int Feature { get; private set; }

    /// <summary>The page of that feature.</summary>
    public string FeaturePage { get; private set; } = "";

    /// <summary>What the server answers.</summary>
    public IReadOnlyList<Endpoint> Endpoints => _app!.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    /// <summary>A copy of the workspace, served by itself.</summary>
    public Task<Twin> Copy(Action<string>? furnish = null) => Twin.Of(_home.Path, furnish);

    /// <summary>Another server of the same workspace, not yet listening.</summary>
    public WebApplication AnotherServer() => WebHost.Build(_workspace!, new() { Port = 0 });

    /// <summary>A client whose requests are to this workbench.</summary>
    public HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };

    /// <summary>A page of its own in the browser; the test is skipped where no Chromium is installed.</summary>
    /// <param name="address">Path on the server.</param>
    /// <param name="colours">What the system asks for.</param>
    /// <param name="width">Width of the window.</param>
    /// <param name="server">Another server than this one.</param>
    public async Task<Visit> Open(string address, ColorScheme colours = ColorScheme.Light, int width = 1280, Uri? server = null)
    {
        Assert.SkipWhen(_browser is null, $"no Chromium at {string.Join(", ", Chromiums)}");
        var context = await _browser.NewContextAsync(new() { ColorScheme = colours, ReducedMotion = ReducedMotion.Reduce, ViewportSize = new() { Width = width, Height = 800 }, BaseURL = (server ?? Address).ToString() });
        context.SetDefaultNavigationTimeout(Patience);
        return await Visit.To(await context.NewPageAsync(), address);
    }

    /// <summary>Compares the codes of an SAE, which the workspace keeps.</summary>
    public Task<CompareCodesResult> Compare(string sae) => _workspace!.CompareCodes(new() { Sae = sae, Corpus = new() { Texts = Path.Combine(Samples(), "texts.txt"), Context = 64 }, Tokens = 200 });

    public async ValueTask InitializeAsync()
    {
        _workspace = Workspace.Open(_home.Path, threads: 1);
        var corpus = new CorpusOptions { Texts = Path.Combine(Samples(), "texts.txt"), Context = 64 };
        var trained = await _workspace.Train(new()
        {
            Model = Model, Hooks = ["blocks.0.hook_resid_post", "blocks.2.hook_resid_post"], Corpus = corpus, DSae = 128, K = 8, Tokens = 20_000, Batch = 256, Warmup = 10, Out = "tiny",
        });
        foreach (var sae in trained.Saes) await _workspace.Index(new() { Sae = sae.Name, Model = Model, Corpus = corpus, Tokens = 8_000 });
        Saes = [.. trained.Saes.Select(sae => sae.Name)];
        Feature = (await _workspace.Features(new() { Sae = Saes[^1], AliveOnly = true, Take = 1 })).Features[0].Feature;
        FeaturePage = $"/model/tiny~blocks.2.hook_resid_post/{Feature}";

        _app = WebHost.Build(_workspace, new() { Port = 0 });
        await _app.StartAsync();
        Address = new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

        if (Chromiums.FirstOrDefault(File.Exists) is not { } chromium) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = chromium,
            Args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_app is not null) await _app.DisposeAsync();
        _workspace?.Dispose();
        _home.Dispose();
    }

    private static string Samples([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../samples/tiny"));
}
