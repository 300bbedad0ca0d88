using Microsoft.AspNetCore.Components;
using SaeSharp.Lab;
using SaeSharp.Lab.Demo.Presets;
using SaeSharp.Lab.Reading;
using SaeSharp.Web.Shell;
using SaeSharp.Web.Wording;

namespace SaeSharp.Web.Live;

/// <summary>Something to try that stands in a page: it knows what the workspace holds and what to begin with, and computes with the calls that every page uses.</summary>
public abstract class LivePiece : WorkPage
{
    /// <summary>The model; null for the demo's, or the first of the workspace.</summary>
    [Parameter] public string? ModelName { get; set; }

    /// <summary>What the workspace holds; null until it was read.</summary>
    protected Contents? Contents { get; private set; }

    /// <summary>What to begin with; empty outside the demo.</summary>
    protected DemoPresets Presets { get; private set; } = new() { Prompt = "" };

    /// <summary>The models to choose from.</summary>
    protected IReadOnlyList<string> Models { get; private set; } = [];

    /// <summary>The model at work; null where the workspace has none.</summary>
    protected string? Model { get; set; }

    /// <summary>The SAEs of the model, in the order of their layers; with presets those, so that there is one a layer.</summary>
    protected IReadOnlyList<SaeInfo> Saes
    {
        get
        {
            var own = (Contents?.Saes ?? []).Where(sae => Model is null || Names.Short(sae.Model ?? "") == Names.Short(Model)).OrderBy(sae => sae.Layer).ToList();
            var chosen = own.Where(sae => Presets.Saes.Contains(sae.Name)).ToList();
            return chosen.Count > 0 ? chosen : own;
        }
    }

    /// <summary>Their names, as requests take them.</summary>
    protected IReadOnlyList<string> SaeNames => [.. Saes.Select(sae => sae.Name)];

    /// <summary>Where the token that the presets point at stands last; null where it does not.</summary>
    protected int? PresetToken(IReadOnlyList<TokenCell> tokens) => tokens.LastOrDefault(token => token.Text.Trim() == Presets.Token)?.Position;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        await Reload();
        if (Problem is null && Model is not null) await Begin();
    }

    /// <summary>Reads again what the workspace holds.</summary>
    protected Task Reload() =>
        Work(async cancel => (Contents: await Workspace.Contents(cancel), Presets: await Workspace.Presets(cancel)), found =>
        {
            (Contents, Models) = (found.Contents, Names.Models(found.Contents));
            if (found.Presets is { } presets) Presets = presets;
            Model ??= new[] { ModelName, found.Presets?.Model }.FirstOrDefault(name => name is not null && Models.Contains(name)) ?? (Models.Count > 0 ? Models[0] : null);
        });

    /// <summary>Shows something as soon as the page stands.</summary>
    protected abstract Task Begin();
}
