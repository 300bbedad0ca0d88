using SaeSharp.Models.Checkpoints;
using ActivationKind = SaeSharp.Numerics.Backends.Activation;

namespace SaeSharp.Models.Families;

/// <summary>Config keys that many Hugging Face families share, with the defaults they share.</summary>
internal static class HfKeys
{
    private const double DefaultRotaryBase = 10_000;

    /// <summary>Names that <c>hidden_act</c> may have.</summary>
    private static readonly Dictionary<string, ActivationKind> Activations = new(StringComparer.Ordinal)
    {
        ["silu"] = ActivationKind.Silu,
        ["swish"] = ActivationKind.Silu,
        ["gelu"] = ActivationKind.Gelu,
        ["gelu_new"] = ActivationKind.GeluTanh,
        ["gelu_pytorch_tanh"] = ActivationKind.GeluTanh,
        ["relu"] = ActivationKind.Relu,
    };

    /// <summary>Heads; without <c>num_key_value_heads</c> each query head has its own keys, without <c>head_dim</c> the heads share the width.</summary>
    public static AttentionShape Attention(HfConfig hf)
    {
        var (width, heads) = (hf.Count("hidden_size"), hf.Count("num_attention_heads"));
        var keyHeads = hf.OptionalCount("num_key_value_heads") ?? heads;
        if (heads % keyHeads != 0) throw ModelException.Inconsistent(hf.Path, $"num_key_value_heads is {keyHeads}", $"a divisor of num_attention_heads, which is {heads}");
        if (hf.OptionalCount("head_dim") is { } dHead)
            return dHead <= int.MaxValue / heads ? new(heads, keyHeads, dHead) : throw ModelException.Inconsistent(hf.Path, $"head_dim is {dHead}", $"at most {int.MaxValue / heads} with {heads} heads");
        if (width % heads != 0) throw ModelException.Inconsistent(hf.Path, $"hidden_size is {width}", $"a multiple of num_attention_heads, which is {heads}, where there is no head_dim");
        return new(heads, keyHeads, width / heads);
    }

    /// <summary><c>hidden_act</c> as one of our activations.</summary>
    public static ActivationKind Activation(HfConfig hf)
    {
        var name = hf.Text("hidden_act");
        return Activations.TryGetValue(name, out var activation) ? activation : throw FileException.Unsupported(
            hf.Path, "hidden_act", $"it is '{name}', expected one of {string.Join(", ", Activations.Keys)}", "This activation cannot be run yet.");
    }

    /// <summary>The base of unscaled rotary positions, in the style of either config generation.</summary>
    public static double RotaryBase(HfConfig hf)
    {
        var kind = hf.OptionalText("rope_parameters.rope_type", "rope_scaling.rope_type", "rope_scaling.type") ?? "default";
        return kind == "default" ? hf.OptionalNumber("rope_parameters.rope_theta", "rope_theta") ?? DefaultRotaryBase : throw FileException.Unsupported(
            hf.Path, "rope scaling", $"its kind is '{kind}', expected 'default' or none", "Scaled rotary positions cannot be run yet.");
    }
}
