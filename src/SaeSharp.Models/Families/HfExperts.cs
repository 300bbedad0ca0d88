using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Models.Families;

/// <summary>Config keys of sparse MLPs that several Hugging Face families share.</summary>
internal static class HfExperts
{
    /// <summary>How many experts there are.</summary>
    public static int Count(HfConfig hf) => hf.Count("num_local_experts", "num_experts");

    /// <summary>How many a token passes.</summary>
    public static int Chosen(HfConfig hf)
    {
        var (chosen, count) = (hf.Count("num_experts_per_tok"), Count(hf));
        return chosen <= count ? chosen : throw ModelException.Inconsistent(hf.Path, $"num_experts_per_tok is {chosen}", $"at most the number of experts, which is {count}");
    }

    /// <summary>Which layers of a Qwen model have experts: every <c>decoder_sparse_step</c>-th, but for <c>mlp_only_layers</c>.</summary>
    public static Func<int, bool> SparseLayers(HfConfig hf)
    {
        var step = hf.OptionalCount("decoder_sparse_step") ?? 1;
        var dense = hf.Ids("mlp_only_layers").ToHashSet();
        return layer => !dense.Contains(layer) && (layer + 1) % step == 0;
    }
}
