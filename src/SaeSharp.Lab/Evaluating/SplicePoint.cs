using System.Globalization;
using SaeSharp.Models;

namespace SaeSharp.Lab.Evaluating;

/// <summary>Where runs that differ at some hooks part: what is before the first of them in the residual stream is run once for all.</summary>
/// <param name="Trunk">The residual-stream hook nearest before the first; null where there is none (embeddings): then every run is a whole one.</param>
/// <param name="Block">The first block after the trunk.</param>
/// <param name="Layers">Blocks of the model.</param>
internal sealed record SplicePoint(string? Trunk, int Block, int Layers)
{
    /// <summary>Whether a hook is the residual stream at the trunk itself.</summary>
    public bool IsStream(string hook) => Trunk is not null && Of(Layers, hook) is var own && own.Trunk == hook && own.Block == Block;

    public static SplicePoint Of(Transformer model, params IReadOnlyList<string> hooks)
    {
        SplicePoint[] points = [.. hooks.Select(hook => Of(model.Spec.Layers, hook))];
        return points.FirstOrDefault(point => point.Trunk is null) ?? points.MinBy(point => point.Block)!;
    }

    private static SplicePoint Of(int layers, string hook) => hook.Split('.') switch
    {
        ["blocks", var number, "hook_resid_post"] => new(hook, Layer(number) + 1, layers),
        ["blocks", var number, ..] => new($"blocks.{number}.hook_resid_pre", Layer(number), layers),
        ["ln_final", ..] => new($"blocks.{layers - 1}.hook_resid_post", layers, layers),
        _ => new(null, 0, layers),
    };

    private static int Layer(string number) => int.Parse(number, CultureInfo.InvariantCulture);
}
