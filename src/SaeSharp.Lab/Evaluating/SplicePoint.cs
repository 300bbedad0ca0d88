using System.Globalization;
using SaeSharp.Models;

namespace SaeSharp.Lab.Evaluating;

/// <summary>Where runs that differ at one hook part: what is before it in the residual stream is run once for all of them.</summary>
/// <param name="Hook">The hook at which they differ.</param>
/// <param name="Trunk">The residual-stream hook nearest before it; null where there is none (embeddings): then every run is a whole one.</param>
/// <param name="Block">The first block after the trunk.</param>
internal sealed record SplicePoint(string Hook, string? Trunk, int Block)
{
    /// <summary>Whether the hook is the residual stream itself.</summary>
    public bool IsStream => Trunk == Hook;

    public static SplicePoint Of(Transformer model, string hook)
    {
        var layers = model.Spec.Layers;
        return hook.Split('.') switch
        {
            ["blocks", var number, "hook_resid_post"] => new(hook, hook, Layer(number) + 1),
            ["blocks", var number, ..] => new(hook, $"blocks.{number}.hook_resid_pre", Layer(number)),
            ["ln_final", ..] => new(hook, $"blocks.{layers - 1}.hook_resid_post", layers),
            _ => new(hook, null, 0),
        };
    }

    private static int Layer(string number) => int.Parse(number, CultureInfo.InvariantCulture);
}
