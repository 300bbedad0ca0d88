using SaeSharp.Lab.Demo.Building;

namespace SaeSharp.Lab.Demo.Presets;

/// <summary>The presets of a demo's workspace: its presets.json, and where that leaves requests out, requests that the world itself writes.</summary>
internal static class PresetFile
{
    public const string File = "presets.json";

    public static bool IsDemo(string home) => Directory.Exists(Path.Combine(home, "models", DemoHome.Model));

    /// <summary>The presets; null where the workspace is no demo.</summary>
    /// <exception cref="FileException">The file is damaged.</exception>
    public static DemoPresets? Read(string home)
    {
        if (!IsDemo(home)) return null;
        var path = Path.Combine(home, File);
        var presets = BundleFile.Read<DemoPresets>(path) ?? new();
        foreach (var text in presets.Saes.Concat(presets.Harmful).Concat(presets.Harmless).Concat(presets.Steering.SelectMany(steering => steering?.Features ?? [null!])))
            if (text is null) throw FileException.Malformed(path, "content", "a list holds null, expected texts");
        if (presets.Saes.Count == 0) presets = presets with { Saes = OneALayer(home) };
        return presets.Harmful.Count > 0 && presets.Harmless.Count > 0
            ? presets
            : presets with { Harmful = PresetRequests.Harmful, Harmless = PresetRequests.Harmless };
    }

    /// <summary>The SAEs of one kind that the demo has at every layer.</summary>
    private static IReadOnlyList<string> OneALayer(string home)
    {
        var folder = Path.Combine(home, "saes", DemoRecipes.EveryLayer);
        return Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Select(sae => $"{DemoRecipes.EveryLayer}/{Path.GetFileName(sae)}").Order(StringComparer.Ordinal)] : [];
    }

    public static void Write(string home, DemoPresets presets) => BundleFile.Write(Path.Combine(home, File), presets);
}
