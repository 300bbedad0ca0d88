using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>A norm of the residual stream with its two hooks: <c>hook_normalized_raw</c> before gain and bias, <c>hook_normalized</c> after them.</summary>
/// <remarks>The raw value is made only where someone asks for it; an edit of it is what the gain is then applied to.</remarks>
internal sealed class HookedNorm
{
    private readonly NormLayer _norm;
    private readonly HookPoint _hookRaw, _hookNormalized;

    private HookedNorm(NormLayer norm, HookList hooks, string hook, int dModel)
    {
        _norm = norm;
        _hookRaw = hooks.Add($"{hook}.hook_normalized_raw", dModel);
        _hookNormalized = hooks.Add($"{hook}.hook_normalized", dModel);
    }

    /// <summary>The norm called <paramref name="name"/> with its hooks, or null where the family's table has none.</summary>
    public static HookedNorm? Find(ModelWeights weights, HookList hooks, TransformerSpec spec, string name, string hook) =>
        NormLayer.Find(weights, name, spec.Norm, ("dModel", spec.DModel)) is { } norm ? new(norm, hooks, hook, spec.DModel) : null;

    public NormLayer Norm => _norm;

    /// <summary>Whether anything looks at or changes its value.</summary>
    public bool IsWanted(Pass pass) => pass.Wants(_hookRaw) || pass.Wants(_hookNormalized);

    /// <summary>[rows, dModel] → same, y not x. True where the run ended here.</summary>
    public bool Run(Pass pass, Tensor x, Tensor y)
    {
        if (!pass.Wants(_hookRaw))
        {
            _norm.Forward(pass.Backend, x, y);
            return pass.Ends(_hookNormalized, y);
        }
        var raw = Tensor.Zeros(x.DType, x.Shape);                                   // [rows, dModel]
        _norm.ForwardRaw(pass.Backend, x, raw);
        var edited = new EditedRows(pass, _hookRaw, raw);
        if (pass.Ends(_hookRaw, raw)) return true;
        _norm.Forward(pass.Backend, x, y);
        foreach (var row in edited.In(raw)) _norm.Finish(pass.Backend, raw.Rows(row, 1), y.Rows(row, 1));
        return pass.Ends(_hookNormalized, y);
    }
}
