using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Blocks;

/// <summary>Σ over the chosen experts of weight·expert(x), and shared(x) where there is a shared one, behind a gate σ(gate(x)) or not.</summary>
/// <remarks>
/// Experts go over their rows one after another, so a row's sum has its terms in the order of the experts, whoever stands beside it. Hooks: <c>mlp.hook_router_logits</c>,
/// <c>mlp.hook_expert_indices</c> (best first, as numbers) and <c>mlp.hook_expert_weights</c>; edits of the last two are followed. <c>mlp.hook_shared_out</c> is the shared
/// expert before its gate, <c>mlp.hook_shared_gate</c> that gate before its sigmoid. An expert's neurons are no hooks: only some rows pass it.
/// </remarks>
internal sealed class ExpertMlp : MlpLayer
{
    private readonly Router _router;
    private readonly Expert[] _experts;
    private readonly SharedExpert? _shared;

    public ExpertMlp(ModelWeights weights, HookList hooks, TransformerSpec spec, Mlp.Experts mlp, int layer)
    {
        var name = $"blocks.{layer}.mlp";
        _router = Router.Of(weights, hooks, mlp, name, spec.DModel);
        _experts = Expert.All(weights, mlp, $"{name}.experts", spec.DModel);
        if (mlp.DShared > 0) _shared = new(weights, hooks, mlp, name, spec.DModel);
    }

    public override bool Run(Pass pass, Tensor x, Tensor y)
    {
        if (_router.Choose(pass, x) is not { } choice) return true;
        y.Clear();
        for (var expert = 0; expert < _experts.Length; expert++)
        {
            var (rows, factors) = choice.Of(expert);
            if (rows.Length == 0) continue;
            var input = pass.Take(Slot.ExpertInput, rows.Length, x.Columns);        // [n, dModel]
            var output = pass.Take(Slot.ExpertOutput, rows.Length, x.Columns);      // [n, dModel]
            pass.Backend.Embed(rows.Span, x, input);
            _experts[expert].Forward(pass, input, output);
            pass.Backend.AddScaledRows(output, rows.Span, factors, y);
        }
        return _shared is not null && _shared.Run(pass, x, y);
    }
}
