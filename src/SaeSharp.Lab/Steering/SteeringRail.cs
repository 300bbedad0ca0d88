using SaeSharp.Lab.Library;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Steering;

/// <summary>A feature's decoder row used at several layers of the residual stream: one layer, a window, all, a ramp.</summary>
/// <remarks>The stream is one space, so that a row of one layer can be added at another; what later layers make of it there is another matter, which reading every layer shows.</remarks>
internal static class SteeringRail
{
    /// <summary>The hooks other than the feature's own.</summary>
    public static IEnumerable<string> Hooks(Push push, LanguageModel model) =>
        push.Rail is not { } rail ? [] : rail.In(model.Transformer.Spec.Layers).Select(layer => HookLayer.AtLayer(push.Sae.WrittenHook, layer)).Where(hook => hook != push.Sae.WrittenHook);

    /// <summary>One edit a layer: at the feature's own by the SAE, elsewhere by its row as a vector.</summary>
    /// <exception cref="LabException">The SAE does not write to the stream at a layer.</exception>
    /// <exception cref="OptionException">The operation needs the feature's value, which only its own layer has.</exception>
    public static IReadOnlyList<ResolvedEdit> Edits(Push push, LanguageModel model, EditOp op, Func<double, double> coefficient, EditPositions positions, ResolvedCondition? when)
    {
        var (sae, layers) = (push.Sae, push.Rail!.In(model.Transformer.Spec.Layers));
        if (sae.Layer is null || !HookLayer.IsInStream(sae.WrittenHook)) throw LabException.NoRail(sae.Name, sae.WrittenHook);
        Tensor? row = null;
        return [.. layers.Select((layer, i) =>
        {
            var (hook, c) = (HookLayer.AtLayer(sae.WrittenHook, layer), coefficient(layers.Count > 1 ? (double)i / (layers.Count - 1) : 0));
            if (hook == sae.WrittenHook) return new ResolvedEdit(op, hook, sae, push.Feature, null, c, positions, when);
            if (op is EditOp.Set or EditOp.Minimum) throw OptionException.Invalid(
                $"--op {op.ToString().ToLowerInvariant()} at layer {layer} needs the value of feature {push.Feature}, which only its own layer, {sae.Layer}, has.", "Use add, scale, ablate or project at other layers.");
            return new(op, hook, null, 0, row ??= Tensor.Of(sae.UnitDirection(push.Feature), sae.Sae.DOut), c, positions, when) { Named = $"{sae.Name}:{push.Feature}" };
        })];
    }
}
