using System.Globalization;
using System.Text.RegularExpressions;

namespace SaeSharp.Lab.Releases;

/// <summary>Where a released SAE reads the model and how wide it is, as far as its names tell.</summary>
/// <param name="Layer">The layer; null where no name holds one.</param>
/// <param name="Hook">The hook without its layer, or the word its authors use for the place; null where no name tells.</param>
/// <param name="Width">Number of latents as written in its names, e.g. <c>16k</c> or <c>8x</c>; null where none is.</param>
internal sealed partial record SaePlace(int? Layer, string? Hook, string? Width)
{
    /// <summary>Words in ids, paths and repositories, the first that is there counts.</summary>
    private static readonly (Regex Word, string Hook)[] Words =
    [
        (new("transcoder", RegexOptions.IgnoreCase), "transcoder (MLP in to out)"), (new("^clt|/clt-"), "transcoder (MLP in to out)"),
        (new("embedding"), "hook_embed"), (new("resid_post|-(pt|it)-res|^l[0-9]+r_"), "hook_resid_post"), (new("resid_pre"), "hook_resid_pre"), (new("resid_mid"), "hook_resid_mid"),
        (new("-(pt|it)-att( |$)"), "attn.hook_z"), (new("hook_z"), "attn.hook_z"), (new("attn_out|^l[0-9]+a_"), "hook_attn_out"), (new("mlp_out|-(pt|it)-mlp( |$)|^l[0-9]+m_"), "hook_mlp_out"),
        (new("SAE-Res-|-SAE-l[0-9]"), "residual stream"),
    ];

    public static SaePlace Of(ReleasedSae sae)
    {
        var all = $"{sae.Id} {sae.Path} {sae.Release.Repository}";
        var width = Latents().Match($"{sae.Id} {sae.Path} {sae.Release.Name}");
        var written = width.Success ? width.Groups.Values.Skip(1).First(group => group.Success).Value : null;
        if (TransformerLens().Match(sae.Id) is { Success: true } named) return new(Number(named.Groups[1].Value), named.Groups[2].Value, written);
        var layer = LayerWord().Match(sae.Id) is { Success: true } word ? Number(word.Groups.Values.Skip(1).First(group => group.Success).Value) : null;
        return new(layer, Words.FirstOrDefault(entry => entry.Word.IsMatch(all)).Hook, written);
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex(@"^blocks\.([0-9]+)\.((?:[a-z0-9]+\.)?hook_[a-z]+(?:_[a-z]+)*)")]
    private static partial Regex TransformerLens();

    [GeneratedRegex("layer_?([0-9]+)|^l([0-9]+)[a-z]_|^([0-9]+)$")]
    private static partial Regex LayerWord();

    [GeneratedRegex("width_([0-9]+[km])|width-(2pow[0-9]+)|-w([0-9]+k)|-([0-9]+k)(?: |$)|_([0-9]+x)(?: |$)|(?<!step)_([0-9]{4,6})(?: |$|:)")]
    private static partial Regex Latents();
}
