using SaeSharp.Models.Checkpoints;

namespace SaeSharp.Models.Families;

/// <summary>Config keys of sparse MLPs that several Hugging Face families share.</summary>
internal static class HfExperts
{
    /// <summary>How many experts there are.</summary>
    public static int Count(HfConfig hf) => hf.Count("num_local_experts", "num_experts", "n_routed_experts");

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

    /// <summary>Hidden width of DeepSeek's shared experts, which are one MLP; 0 for none.</summary>
    public static int SharedWidth(HfConfig hf)
    {
        var (shared, width) = (hf.OptionalCount("n_shared_experts") ?? 0, hf.Count("moe_intermediate_size"));
        return (long)shared * width <= int.MaxValue / 4 ? shared * width : throw ModelException.Inconsistent(hf.Path, $"n_shared_experts is {shared}", $"at most {int.MaxValue / 4} numbers of {width} each");
    }

    /// <summary>How DeepSeek's experts compete: in groups of one size, of which enough are kept for those a token passes.</summary>
    public static GroupedChoice Groups(HfConfig hf)
    {
        var (count, groups, kept) = (Count(hf), hf.Count("n_group"), hf.Count("topk_group"));
        if (count % groups != 0) throw ModelException.Inconsistent(hf.Path, $"n_group is {groups}", $"a divisor of the number of experts, which is {count}");
        if (kept > groups || (long)kept * (count / groups) < Chosen(hf))
            throw ModelException.Inconsistent(hf.Path, $"topk_group is {kept}", $"at most n_group, which is {groups}, and enough groups of {count / groups} experts for the {Chosen(hf)} a token passes");
        return new(groups, kept, hf.OptionalNumber("routed_scaling_factor") ?? 1);
    }
}
