using System.Globalization;
using System.Text.RegularExpressions;

namespace SaeSharp.Saes.Formats;

/// <summary>Finds layers and hooks in the names that publishers gave their files.</summary>
internal static partial class LayerNames
{
    /// <summary>What a module of a transformer gives or takes, by the end of its path below a layer; the empty end is the layer itself.</summary>
    private static readonly (string Ending, string Output, string Input)[] Modules =
    [
        ("", "hook_resid_post", "hook_resid_pre"), ("mlp", "hook_mlp_out", "ln2.hook_normalized"), ("attn", "hook_attn_out", "ln1.hook_normalized"),
        ("attention", "hook_attn_out", "ln1.hook_normalized"), ("self_attn", "hook_attn_out", "ln1.hook_normalized"),
    ];

    /// <summary>The number behind <c>layer_</c> or <c>layer</c>, or null.</summary>
    public static int? Layer(string text) => Number(Word().Match(text));

    /// <summary>The number behind an l before the end or a dot: <c>…-SAE-l19.pt</c>.</summary>
    public static int? LastLayer(string text) => Number(Short().Match(text));

    /// <summary>The l0 in a path, as Gemma Scope writes it; null where there is none.</summary>
    public static int? L0(string text) => Number(AverageL0().Match(text));

    /// <summary>Hooks of a module as PyTorch names it (<c>layers.3.mlp</c>, <c>model.layers.3</c>, <c>embed_tokens</c>): what it takes and what it gives.</summary>
    public static (string? Input, string? Output) OfModule(string module)
    {
        if (module.EndsWith("embed_tokens", StringComparison.Ordinal) || module.EndsWith("embed_in", StringComparison.Ordinal)) return (null, "hook_embed");
        var match = Module().Match(module);
        var found = Modules.FirstOrDefault(entry => entry.Ending == match.Groups[2].Value);
        return match.Success && found.Output is not null ? ($"blocks.{match.Groups[1].Value}.{found.Input}", $"blocks.{match.Groups[1].Value}.{found.Output}") : (null, null);
    }

    private static int? Number(Match match) => match.Success && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex("layer_?([0-9]+)", RegexOptions.NonBacktracking)]
    private static partial Regex Word();

    [GeneratedRegex(@"l([0-9]+)(?:\.|$)", RegexOptions.NonBacktracking)]
    private static partial Regex Short();

    [GeneratedRegex("average_l0_([0-9]+)", RegexOptions.NonBacktracking)]
    private static partial Regex AverageL0();

    [GeneratedRegex(@"(?:layers|h)[._]([0-9]+)(?:[._]([a-z_]+))?$", RegexOptions.NonBacktracking)]
    private static partial Regex Module();
}
