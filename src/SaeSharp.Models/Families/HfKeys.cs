using SaeSharp.Models.Checkpoints;
using ActivationKind = SaeSharp.Numerics.Backends.Activation;

namespace SaeSharp.Models.Families;

/// <summary>Config keys that many Hugging Face families share, with the defaults they share.</summary>
internal static class HfKeys
{
    /// <summary>Names that an activation may have.</summary>
    private static readonly Dictionary<string, ActivationKind> Activations = new(StringComparer.Ordinal)
    {
        ["silu"] = ActivationKind.Silu,
        ["swish"] = ActivationKind.Silu,
        ["gelu"] = ActivationKind.Gelu,
        ["gelu_new"] = ActivationKind.GeluTanh,
        ["gelu_fast"] = ActivationKind.GeluTanh,
        ["gelu_pytorch_tanh"] = ActivationKind.GeluTanh,
        ["relu"] = ActivationKind.Relu,
    };

    /// <summary>Heads; without <c>num_key_value_heads</c> each query head has its own keys, without <c>head_dim</c> the heads share the width.</summary>
    public static AttentionShape Attention(HfConfig hf) => Attention(hf, hf.OptionalCount("num_key_value_heads"));

    /// <summary>Heads, where the family has its own way to say how many have keys; null for all.</summary>
    public static AttentionShape Attention(HfConfig hf, int? keyHeadsOrAll)
    {
        var (width, heads) = (hf.Count("hidden_size", "n_embd"), hf.Count("num_attention_heads", "n_head", "num_heads"));
        var keyHeads = keyHeadsOrAll ?? heads;
        if (heads % keyHeads != 0) throw ModelException.Inconsistent(hf.Path, $"num_key_value_heads is {keyHeads}", $"a divisor of num_attention_heads, which is {heads}");
        var most = int.MaxValue / 4 / heads; // fused projections have up to three times as many rows
        if (hf.OptionalCount("head_dim") is { } dHead)
            return dHead <= most ? new(heads, keyHeads, dHead) : throw ModelException.Inconsistent(hf.Path, $"head_dim is {dHead}", $"at most {most} with {heads} heads");
        if (width % heads != 0) throw ModelException.Inconsistent(hf.Path, $"hidden_size is {width}", $"a multiple of num_attention_heads, which is {heads}, where there is no head_dim");
        return width <= int.MaxValue / 4 ? new(heads, keyHeads, width / heads) : throw ModelException.Inconsistent(hf.Path, $"hidden_size is {width}", $"at most {int.MaxValue / 4}");
    }

    /// <summary>The activation, under the first of <paramref name="keys"/> that is there.</summary>
    public static ActivationKind Activation(HfConfig hf, params ReadOnlySpan<string> keys) => ActivationNamed(hf, hf.Text(keys.Length == 0 ? ["hidden_act"] : keys));

    /// <summary>The activation called <paramref name="name"/>.</summary>
    public static ActivationKind ActivationNamed(HfConfig hf, string name) => Activations.TryGetValue(name, out var activation) ? activation : throw FileException.Unsupported(
        hf.Path, "hidden_act", $"it is '{name}', expected one of {string.Join(", ", Activations.Keys)}", "This activation cannot be run yet.");

    /// <summary>Each layer's window: <paramref name="window"/> in the layers that slide, 0 in the others.</summary>
    /// <param name="hf">The config; its <c>layer_types</c> say which layers slide.</param>
    /// <param name="window">Keys that a query of a sliding layer sees; null or 0 means all.</param>
    /// <param name="otherwise">Which layers slide where there are no <c>layer_types</c>.</param>
    public static Func<int, int> Windows(HfConfig hf, int? window, Func<int, bool> otherwise)
    {
        var slides = Slides(hf, otherwise);
        return layer => slides(layer) ? window ?? 0 : 0;
    }

    /// <summary>Which layers slide: as <c>layer_types</c> say, or where there are none by <paramref name="otherwise"/>.</summary>
    public static Func<int, bool> Slides(HfConfig hf, Func<int, bool> otherwise)
    {
        if (hf.OptionalTexts("layer_types") is not { } types) return otherwise;
        RequireLayers(hf, "layer_types", types.Length);
        if (types.FirstOrDefault(type => type is not ("sliding_attention" or "full_attention")) is { } other)
            throw FileException.Unsupported(hf.Path, "layer_types", $"it has '{other}', expected 'full_attention' or 'sliding_attention'", "This kind of layer cannot be run yet.");
        return layer => types[layer] == "sliding_attention";
    }

    /// <summary>Throws unless a list of the config has an entry for each layer.</summary>
    public static void RequireLayers(HfConfig hf, string key, int count)
    {
        var layers = hf.Count("num_hidden_layers", "num_layers", "n_layer");
        if (count != layers) throw ModelException.Inconsistent(hf.Path, $"{key} has {count} entries", $"one for each of the {layers} layers");
    }

    /// <summary>Throws where a switch of the config asks for what cannot be run.</summary>
    public static void Refuse(HfConfig hf, string key, bool refused)
    {
        if (hf.OptionalFlag(key) == refused)
            throw FileException.Unsupported(hf.Path, key, $"it is {(refused ? "true" : "false")}, expected {(refused ? "false" : "true")}", "This variant of the model cannot be run yet.");
    }
}
