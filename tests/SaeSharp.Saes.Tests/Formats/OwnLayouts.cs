using System.Runtime.InteropServices;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;
using SaeSharp.Testing;

namespace SaeSharp.Saes.Tests.Formats;

/// <summary>SAEs of our own, written as other publishers would.</summary>
internal static class OwnLayouts
{
    public const int DIn = 6, DSae = 10;

    /// <summary>A layout: what is written, where the SAE then lies, the file that holds its weights, and the SAE that must come out.</summary>
    public sealed record Layout(string Name, SaeOrigin? Origin, Dictionary<string, byte[]> Files, string Place, SparseAutoencoder Expected)
    {
        /// <summary>Writes all files below <paramref name="root"/>; gives the SAE's place.</summary>
        public string Write(string root)
        {
            foreach (var (name, content) in Files)
            {
                var path = Path.Combine([root, .. name.Split('/')]);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, content);
            }
            return Path.Combine([root, .. Place.Split('/')]);
        }
    }

    public static IReadOnlyList<Layout> All { get; } = [SaeLens(), GemmaScope(), DictionaryLearning(), Sparsify(), Temporal(), OpenAi(), OpenMossCrosscoder()];

    public static Layout Named(string name) => All.Single(layout => layout.Name == name);

    private static Layout SaeLens()
    {
        var sae = RandomTensors.Sae("jumprelu", DIn, DSae, 1);
        using var folder = new TemporaryFolder();
        SaeFolder.Save(sae, folder["sae"]);
        return new("sae_lens", null, new() { ["sae/cfg.json"] = File.ReadAllBytes(folder["sae/cfg.json"]), ["sae/sae_weights.safetensors"] = File.ReadAllBytes(folder["sae/sae_weights.safetensors"]) }, "sae", sae);
    }

    private static Layout GemmaScope()
    {
        var sae = RandomTensors.Sae("jumprelu", DIn, DSae, 2, config => config with { ApplyBDecToInput = false });
        var arrays = sae.Tensors.Select(pair => ($"{pair.Key}.npy", RawNumpy.Array("<f4", pair.Value.Rank == 1 ? $"({pair.Value.Count},)" : $"({pair.Value.RowCount}, {pair.Value.Columns})", Bytes(pair.Value))));
        return new("gemma_2", new("google/gemma-scope-2b-pt-res", "layer_3/width_16k/average_l0_41"), new() { ["layer_3/params.npz"] = RawZip.Of(arrays) }, "layer_3", sae);
    }

    private static Layout DictionaryLearning()
    {
        var sae = RandomTensors.Sae("standard", DIn, DSae, 3);
        var config = $$$"""{"trainer": {"dict_class": "AutoEncoder", "activation_dim": {{{DIn}}}, "dict_size": {{{DSae}}}, "layer": 2, "lm_name": "EleutherAI/pythia-70m"}, "buffer": {"ctx_len": 128}}""";
        var file = RawTorch.Archive([Part("encoder.weight", MatrixTranspose.Of(sae.Tensors["W_enc"])), Part("encoder.bias", sae.Tensors["b_enc"]), Part("decoder.weight", MatrixTranspose.Of(sae.Tensors["W_dec"])), Part("bias", sae.Tensors["b_dec"])]);
        return new("dictionary_learning_1", null, new() { ["t/ae.pt"] = file, ["t/config.json"] = Text(config) }, "t", sae);
    }

    private static Layout Sparsify()
    {
        var sae = RandomTensors.Sae("groupmax_skip_transcoder", DIn, DSae, 4, config => config with { DOut = DIn, K = 5 });
        var config = """{"activation": "groupmax", "k": 5, "transcode": true, "skip_connection": true}""";
        var weights = Safetensors(("encoder.weight", MatrixTranspose.Of(sae.Tensors["W_enc"])), ("encoder.bias", sae.Tensors["b_enc"]), ("W_dec", sae.Tensors["W_dec"]), ("b_dec", sae.Tensors["b_dec"]), ("W_skip", sae.Tensors["W_skip"]));
        return new("sparsify", null, new() { ["layers.3.mlp/sae.safetensors"] = weights, ["layers.3.mlp/cfg.json"] = Text(config) }, "layers.3.mlp", sae);
    }

    private static Layout Temporal()
    {
        var sae = RandomTensors.Sae("temporal", DIn, DSae, 5, config => config with { NormalizeActivations = ActivationNormalisation.ConstantScalarRescale, ActivationNormalizationFactor = 0.5 });
        var yaml = """
            llm:
              dimin: 6
            # a comment
            sae:
              n_heads: 1
              n_attn_layers: 2
              bottleneck_factor: 1   # another
              sae_diff_type: "topk"
              kval_topk: 1
              tied_weights: true
              scaling_factor: 0.5
              lists:
                - passed: over
                - 2
            data:
              dtype: float32
            """;
        var tensors = sae.Tensors.Select(pair => (pair.Key switch { "W_dec" => "D", "b_dec" => "b", var name => name }, pair.Value)).ToArray();
        return new("temporal", null, new() { ["layer_12/latest_ckpt.safetensors"] = Safetensors(tensors), ["layer_12/conf.yaml"] = Text(yaml) }, "layer_12", sae);
    }

    private static Layout OpenAi()
    {
        var sae = RandomTensors.Sae("topk", DIn, DSae, 6, config => config with { K = 3, RescaleActsByDecoderNorm = false, NormalizeActivations = ActivationNormalisation.LayerNorm });
        RawTorch.Part[] parts = [Part("encoder.weight", MatrixTranspose.Of(sae.Tensors["W_enc"])), Part("latent_bias", sae.Tensors["b_enc"]), Part("decoder.weight", MatrixTranspose.Of(sae.Tensors["W_dec"])), Part("pre_bias", sae.Tensors["b_dec"])];
        byte[] steps =
        [
            (byte)'}', (byte)'(', .. parts.SelectMany((part, i) => (byte[])[.. RawTorch.Text(part.Name), .. RawTorch.Tensor(part.Storage, $"{i}", part.Data.Length / 4, 0, part.Shape, part.Shape.Length == 1 ? [1] : [part.Shape[1], 1])]),
            .. RawTorch.Text("activation"), .. RawTorch.Text("TopK"), .. RawTorch.Text("activation_state_dict"), (byte)'}', .. RawTorch.Text("k"), .. RawTorch.Number(3), (byte)'s', (byte)'u',
        ];
        return new("openai", null, new() { ["7.pt"] = RawTorch.Archive(parts, RawTorch.Pickle(steps)) }, "7.pt", sae);
    }

    /// <summary>Two hooks, the biases of whose encoders add up, and one norm that the weights hold already.</summary>
    private static Layout OpenMossCrosscoder()
    {
        const int Hooks = 2, D = DIn / Hooks;
        var sae = RandomTensors.Sae("standard", DIn, DSae, 7, config => config with { ApplyBDecToInput = false, HookName = "blocks.0.hook_resid_post,blocks.1.hook_resid_post" });
        var (decoder, bias) = (Tensor.Zeros(DType.F32, Hooks, DSae, D), Tensor.Zeros(DType.F32, Hooks, DSae));
        for (var hook = 0; hook < Hooks; hook++)
            for (var latent = 0; latent < DSae; latent++) sae.Tensors["W_dec"].Row<float>(latent).Slice(hook * D, D).CopyTo(decoder.Row<float>(hook * DSae + latent));
        for (var latent = 0; latent < DSae; latent++) bias.Row<float>(latent % Hooks)[latent] = sae.Tensors["b_enc"].Span<float>()[latent];
        var weights = Safetensors(("W_E", sae.Tensors["W_enc"].Reshape(Hooks, D, DSae)), ("b_E", bias), ("W_D", decoder), ("b_D", sae.Tensors["b_dec"].Reshape(Hooks, D)),
            ("dataset_average_activation_norm.blocks.0.hook_resid_post", Tensor.Of([3f], 1)));
        var config = """{"sae_type": "crosscoder", "d_model": 3, "expansion_factor": 3.34, "act_fn": "relu", "norm_activation": "inference", "hook_points": ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"]}""";
        return new("openmoss_v2_crosscoder", null, new() { ["c/sae_weights.safetensors"] = weights, ["c/config.json"] = Text(config) }, "c", sae);
    }

    private static RawTorch.Part Part(string name, Tensor tensor) => new(name, "FloatStorage", sizeof(float), [.. tensor.Shape.ToArray().Select(size => (long)size)], Bytes(tensor));

    private static byte[] Bytes(Tensor tensor) => MemoryMarshal.AsBytes(tensor.Span<float>()).ToArray();

    private static byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static byte[] Safetensors(params (string, Tensor)[] tensors)
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["x.safetensors"], tensors);
        return File.ReadAllBytes(folder["x.safetensors"]);
    }
}
