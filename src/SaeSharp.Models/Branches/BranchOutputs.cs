using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Branches;

/// <summary>Finds what adds to the residual stream among a model's weights, by the names that all families share.</summary>
internal static class BranchOutputs
{
    /// <summary>Every layer's attention and MLPs in the order of a run; none where norms stand in the stream itself, so that nothing is simply added. To be asked before blocks take their weights.</summary>
    public static IReadOnlyList<BranchOutput> Find(ModelWeights weights, TransformerSpec spec)
    {
        var found = new List<BranchOutput>();
        if (spec.Residual is Residual.PostNorm) return found;
        for (var layer = 0; layer < spec.Layers; layer++)
        {
            var name = $"blocks.{layer}";
            if (weights.Find($"{name}.attn.out.weight") is { } attention) Add("hook_attn_out", "post1", attention, HeadWidth(spec, layer));
            if (weights.Find($"{name}.linear.out.weight") is { } linear) Add("hook_attn_out", "post1", linear, HeadWidth(spec, layer));
            if (weights.Find($"{name}.mlp.down.weight") is { } down) Add("hook_mlp_out", "post2", down, null);
            if (spec.Mlp[layer] is not Mlp.Experts experts) continue;
            for (var i = 0; i < experts.Count && Expert(weights, $"{name}.mlp.experts", i) is { } expert; i++) Add("hook_mlp_out", "post2", expert, null, $"{i}");
            if (weights.Find($"{name}.mlp.shared.down.weight") is { } shared) Add("hook_mlp_out", "post2", shared, null, "shared");

            void Add(string hook, string norm, StoredWeight weight, int? headWidth, string? expert = null) => found.Add(
                new($"{name}.{hook}", layer, headWidth, expert, weight, weights.Find($"{name}.{norm}.gain")?.Read(DType.F32).Span<float>().ToArray(), spec.Norm is Norm.Layer));
        }
        return found;
    }

    private static int HeadWidth(TransformerSpec spec, int layer) => spec.Mixer[layer] switch
    {
        Mixer.Latent latent => latent.DValue,
        Mixer.DeltaNet net => net.DValue,
        _ => spec.Attention.DHead,
    };

    /// <summary>An expert's output weights, by themselves or in a stack with the others' (see the block).</summary>
    private static StoredWeight? Expert(ModelWeights weights, string name, int number) =>
        weights.Find($"{name}.{number}.down.weight") ?? (weights.Find($"{name}.down.weight") is { } stack && number < stack.Shape[0] ? stack.Slice(number, weights.Find($"{name}.gate_up.weight") is null ? Stored.Whole : Stored.Transposed) : null);
}
