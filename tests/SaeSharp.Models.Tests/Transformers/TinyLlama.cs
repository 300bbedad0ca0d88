using System.Globalization;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>A random model of the Llama family, small enough for laws on every machine.</summary>
internal sealed record TinyLlama
{
    public int Layers { get; init; } = 2;
    public int DModel { get; init; } = 12;
    public int DVocab { get; init; } = 37;
    public int Heads { get; init; } = 4;
    public int KeyHeads { get; init; } = 2;
    public int DHead { get; init; } = 6;
    public int DMlp { get; init; } = 20;
    public int Context { get; init; } = 40;
    public bool Bias { get; init; }
    public bool Tied { get; init; }
    public int Seed { get; init; }

    /// <summary>The model on one of <see cref="Engines"/>.</summary>
    public Transformer Load(string engine, DType computeType = DType.F32)
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path);
        return Transformer.Load(folder.Path, Engines.Get(engine), computeType);
    }

    /// <summary>Writes config.json and model.safetensors.</summary>
    public void Write(string folder, Func<Dictionary<string, Tensor>, Dictionary<string, Tensor>>? change = null)
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), Config());
        var tensors = Tensors();
        if (change is not null) tensors = change(tensors);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors.Select(row => (row.Key, row.Value)));
    }

    public string Config(string ropeKeys = "\"rope_theta\": 100.0", string family = "llama") => string.Create(CultureInfo.InvariantCulture, $$"""
        {
          "model_type": "{{family}}", "hidden_act": "silu", "hidden_size": {{DModel}}, "intermediate_size": {{DMlp}}, "vocab_size": {{DVocab}},
          "num_hidden_layers": {{Layers}}, "num_attention_heads": {{Heads}}, "num_key_value_heads": {{KeyHeads}}, "head_dim": {{DHead}},
          "max_position_embeddings": {{Context}}, "rms_norm_eps": 0.001, "eos_token_id": 5, {{ropeKeys}},
          "attention_bias": {{Json(Bias)}}, "mlp_bias": {{Json(Bias)}}, "tie_word_embeddings": {{Json(Tied)}}
        }
        """);

    private Dictionary<string, Tensor> Tensors()
    {
        var random = new Random(Seed);
        var tensors = new Dictionary<string, Tensor>();
        Add("model.embed_tokens.weight", DVocab, DModel);
        for (var i = 0; i < Layers; i++)
        {
            Gain($"model.layers.{i}.input_layernorm.weight");
            Gain($"model.layers.{i}.post_attention_layernorm.weight");
            Linear($"model.layers.{i}.self_attn.q_proj", Heads * DHead, DModel);
            Linear($"model.layers.{i}.self_attn.k_proj", KeyHeads * DHead, DModel);
            Linear($"model.layers.{i}.self_attn.v_proj", KeyHeads * DHead, DModel);
            Linear($"model.layers.{i}.self_attn.o_proj", DModel, Heads * DHead);
            Linear($"model.layers.{i}.mlp.gate_proj", DMlp, DModel);
            Linear($"model.layers.{i}.mlp.up_proj", DMlp, DModel);
            Linear($"model.layers.{i}.mlp.down_proj", DModel, DMlp);
        }
        Gain("model.norm.weight");
        if (!Tied) Add("lm_head.weight", DVocab, DModel);
        return tensors;

        void Linear(string name, int outputs, int inputs)
        {
            Add($"{name}.weight", outputs, inputs);
            if (Bias) Add($"{name}.bias", outputs);
        }

        void Gain(string name)
        {
            Add(name, DModel);
            foreach (ref var value in tensors[name].Span<float>()) value += 1;
        }

        void Add(string name, params int[] shape)
        {
            tensors[name] = Tensor.Zeros(DType.F32, shape);
            foreach (ref var value in tensors[name].Span<float>()) value = random.NextSingle() - 0.5f;
        }
    }

    private static string Json(bool value) => value ? "true" : "false";
}
