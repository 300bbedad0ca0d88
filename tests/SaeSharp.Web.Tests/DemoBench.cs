using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using SaeSharp.Lab;
using SaeSharp.Lab.Demo.Labels;
using SaeSharp.Lab.Demo.World.Concepts;

namespace SaeSharp.Web.Tests;

/// <summary>A served demo in miniature, made from nothing, with a label of which we know the feature.</summary>
public sealed class DemoBench(Workbench workbench) : IAsyncLifetime
{
    private readonly TemporaryFolder _home = new();
    private Workspace? _demo;
    private WebApplication? _app;

    public Uri Address { get; private set; } = null!;

    /// <summary>The feature that is labelled: the one that fires most often at the first layer.</summary>
    public TruthLabel Label { get; private set; } = null!;

    /// <summary>The page of that feature.</summary>
    public string FeaturePage => $"/demo/topk~blocks.0.hook_resid_post/{Label.Feature}";

    public Task<Visit> Open(string address, ColorScheme colours = ColorScheme.Light, int width = 1280) => workbench.Open(address, colours, width, Address);

    /// <summary>What a server writes when it starts.</summary>
    public Task<bool> FirstText(CancellationToken cancel) => SaeSharp.Web.FirstText.Write(_demo!, cancel);

    public async ValueTask InitializeAsync()
    {
        using (var workspace = Workspace.Open(_home.Path, 2))
        {
            await workspace.DemoBuild(new() { Tokens = 40_000, Layers = 2, DModel = 32, SaeTokens = 8_000, DSae = 64, IndexTokens = 4_000, CheckRequests = 2, ScoreTokens = 0, SteerRequests = 0 });
            _demo = workspace.OpenDemo();
        }
        const string sae = "demo/topk/blocks.0.hook_resid_post";
        var made = (await _demo.Contents()).Indexes[0]; // once more with its posting lists, which the demo itself does not carry
        await _demo.Index(new() { Sae = sae, Model = made.Model, Corpus = new() { Texts = Path.Combine(_demo.Home, made.Corpus), Context = made.Context }, Tokens = made.Tokens, Postings = true });
        var first = (await _demo.Features(new() { Sae = sae, Order = SaeSharp.Lab.Indexing.FeatureOrder.Density, Take = 1 })).Features[0].Feature;
        Label = new(sae, first, "full-stop", ConceptKind.Word, 0.98, 0.91);
        File.WriteAllText(Path.Combine(_demo.Home, "labels.json"), JsonSerializer.Serialize(new[] { Label }, LabJson.Options));

        _app = WebHost.Build(_demo, new() { Port = 0 });
        await _app.StartAsync();
        Address = new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _demo?.Dispose();
        _home.Dispose();
    }
}

/// <summary>Tests that share the demo.</summary>
[CollectionDefinition]
public sealed class DemoBenchTests : ICollectionFixture<DemoBench>;
