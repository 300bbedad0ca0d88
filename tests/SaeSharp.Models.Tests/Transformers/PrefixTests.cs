using SaeSharp.Models.Families;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>Names that begin otherwise: checkpoints of the bare model, and of a model that wraps it.</summary>
public class PrefixTests
{
    private static readonly int[] Sequence = [3, 1, 4, 1, 5];

    public static TheoryData<string> Names => [.. TinyConfigs.Names];

    [Theory, MemberData(nameof(Names))]
    public void The_bare_model_without_its_prefix_is_the_same_model(string name)
    {
        var usual = name.Split(',')[0] switch { "gpt2" or "gpt_neo" or "gptj" or "falcon" => "transformer.", "gpt_neox" => "gpt_neox.", _ => "model." };
        if (name is "gemma3" or "qwen3_5" or "qwen3_5_moe") return; // never stored bare: see below
        Renamed(name, tensor => tensor.StartsWith(usual, StringComparison.Ordinal) ? tensor[usual.Length..] : tensor);
    }

    [Theory, InlineData("language_model.model.", "vision_tower."), InlineData("model.language_model.", "model.vision_tower.")]
    public void The_text_model_inside_a_wrapped_one_is_found_and_its_eyes_are_ignored(string prefix, string eyes) =>
        Renamed("gemma3", tensor => prefix + tensor["model.".Length..], $"{eyes}encoder.weight");

    [Theory, InlineData("qwen3_5"), InlineData("qwen3_5_moe")]
    public void The_text_model_inside_qwen_is_found_and_its_eyes_and_further_heads_are_ignored(string name) =>
        Renamed(name, tensor => tensor.StartsWith("model.", StringComparison.Ordinal) ? $"model.language_model.{tensor["model.".Length..]}" : tensor, "model.visual.blocks.0.attn.qkv.bias", "mtp.fc.weight");

    [Fact]
    public void Masks_and_frequencies_that_old_checkpoints_hold_are_ignored()
    {
        Renamed("gpt2", name => name, "transformer.h.0.attn.bias", "transformer.h.0.attn.masked_bias");
        Renamed("gpt_neox", name => name, "gpt_neox.layers.1.attention.bias", "gpt_neox.layers.1.attention.masked_bias", "gpt_neox.layers.0.attention.rotary_emb.inv_freq");
        Renamed("llama", name => name, "model.layers.1.self_attn.rotary_emb.inv_freq");
    }

    /// <summary>Loads the model with other names and tensors that have no use, and compares.</summary>
    private static void Renamed(string name, Func<string, string> rename, params string[] extra)
    {
        using var folder = new TemporaryFolder();
        new TinyModel(name).Write(folder.Path, tensors =>
        {
            foreach (var (tensor, value) in tensors.ToArray())
            {
                tensors.Remove(tensor);
                tensors[rename(tensor)] = value;
            }
            foreach (var tensor in extra) tensors[tensor] = Tensor.Zeros(DType.F32, 3);
        });
        var model = Transformer.Load(folder.Path, Engines.Get(Engines.Fast));
        Runs.RequireSameBits(new TinyModel(name).Load(Engines.Fast).Logits(null, Sequence), model.Logits(null, Sequence));
        Assert.Equal(new TinyModel(name).Load(Engines.Fast).ParameterCount, model.ParameterCount);
    }
}
