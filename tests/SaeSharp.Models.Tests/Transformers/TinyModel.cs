using SaeSharp.Models.Checkpoints;
using SaeSharp.Models.Families;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>A model of any family with random weights: its tensors are what the family's own table names, in the shapes that its spec gives their parameters.</summary>
/// <param name="Name">One of <see cref="TinyConfigs"/>.</param>
internal sealed record TinyModel(string Name)
{
    private static readonly Dictionary<(string, string, DType), Transformer> Loaded = [];

    /// <summary>The model on one of <see cref="Engines"/>.</summary>
    public Transformer Load(string engine, DType computeType = DType.F32)
    {
        lock (Loaded)
        {
            if (Loaded.TryGetValue((Name, engine, computeType), out var known)) return known;
            using var folder = new TemporaryFolder();
            Write(folder.Path);
            return Loaded[(Name, engine, computeType)] = Transformer.Load(folder.Path, Engines.Get(engine), computeType);
        }
    }

    /// <summary>Writes config.json and model.safetensors, the tensors as <paramref name="change"/> leaves them.</summary>
    public void Write(string folder, Action<Dictionary<string, Tensor>>? change = null)
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), TinyConfigs.Text(Name));
        var tensors = Tensors();
        change?.Invoke(tensors);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors.Select(row => (row.Key, row.Value)));
    }

    private Dictionary<string, Tensor> Tensors()
    {
        var hf = HfConfig.Parse(TinyConfigs.Text(Name));
        var family = FamilyCatalog.Of(hf).Family;
        var spec = family.Describe(hf);
        var random = new Random(7);
        var tensors = new Dictionary<string, Tensor>();
        foreach (var rows in family.Weights(hf).ForLayers(spec.Layers).Where(row => row.Parameter != WeightTable.Nothing).GroupBy(row => row.InCheckpoint[0]))
        {
            int[][] parts = [.. rows.Select(row => Shape(row.Parameter, spec))];
            int[] shape = [parts.Sum(part => part[0]), .. parts[0][1..]];
            var stored = rows.First().Stored;
            var isGain = rows.First().Parameter.EndsWith("gain", StringComparison.Ordinal);
            var tensor = tensors[rows.Key] = Tensor.Zeros(DType.F32, stored.IsTransposed ? [.. shape.Reverse()] : shape);
            foreach (ref var value in tensor.Span<float>()) value = random.NextSingle() - 0.5f + (isGain ? 1 - (float)stored.Offset : 0);
        }
        return tensors;
    }

    private static int[] Shape(string parameter, TransformerSpec spec)
    {
        var (d, shape) = (spec.DModel, spec.Attention);
        string[] parts = parameter.Split('.');
        if (parts[0] == "blocks") return BlockShape(int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), string.Join('.', parts[2..]), spec);
        return parameter switch
        {
            "embed.tokens" or "unembed.weight" => [spec.DVocab, spec.DEmbed ?? d],
            "embed.positions" => [spec.Context + ((Positions.Learned)spec.Positions[0]).Offset, d],
            "embed.into.weight" => [d, spec.DEmbed!.Value],
            "unembed.out_of.weight" => [spec.DEmbed!.Value, d],
            "unembed.bias" => [spec.DVocab],
            "final_norm.gain" or "final_norm.bias" => [d],
            _ => throw new NotSupportedException($"Give the shape of '{parameter}' here."),
        };
    }

    private static int[] BlockShape(int layer, string parameter, TransformerSpec spec)
    {
        if (parameter.StartsWith("linear.", StringComparison.Ordinal)) return LinearShape(parameter, spec, (Mixer.DeltaNet)spec.Mixer[layer]);
        if (spec.Mlp[layer] is Mlp.Experts experts && parameter.StartsWith("mlp.", StringComparison.Ordinal)) return ExpertShape(parameter, spec.DModel, experts);
        if (spec.Mixer[layer] is Mixer.Latent latent && parameter.StartsWith("attn.", StringComparison.Ordinal)) return LatentShape(parameter, spec.DModel, spec.Attention, latent);
        var (d, shape, mlp) = (spec.DModel, spec.Attention, spec.Mlp[layer]);
        return parameter switch
        {
            "norm1.gain" or "norm1.bias" or "norm2.gain" or "norm2.bias" or "post1.gain" or "post2.gain" or "attn.out.bias" or "mlp.down.bias" => [d],
            "attn.q.weight" or "attn.gate.weight" => [shape.DQuery, d],
            "attn.q.bias" or "attn.gate.bias" => [shape.DQuery],
            "attn.sinks" => [shape.Heads],
            "attn.k.weight" or "attn.v.weight" => [shape.DKey, d],
            "attn.k.bias" or "attn.v.bias" => [shape.DKey],
            "attn.out.weight" => [d, shape.DQuery],
            "attn.q_norm.gain" when spec.HeadNorm is HeadNorm.Together => [shape.DQuery],
            "attn.k_norm.gain" when spec.HeadNorm is HeadNorm.Together => [shape.DKey],
            _ when parameter.Contains("_norm.", StringComparison.Ordinal) => [shape.DHead],
            "mlp.up.weight" or "mlp.gate.weight" => [mlp.DMlp, d],
            "mlp.up.bias" or "mlp.gate.bias" => [mlp.DMlp],
            "mlp.down.weight" => [d, mlp.DMlp],
            _ => throw new NotSupportedException($"Give the shape of '{parameter}' here."),
        };
    }

    private static int[] LinearShape(string parameter, TransformerSpec spec, Mixer.DeltaNet net) => parameter switch
    {
        "linear.in.weight" => [net.Channels, spec.DModel],
        "linear.z.weight" => [net.DValues, spec.DModel],
        "linear.b.weight" or "linear.a.weight" => [net.ValueHeads, spec.DModel],
        "linear.conv" => [net.Channels, 1, net.Kernel],
        "linear.a_log" or "linear.dt_bias" => [net.ValueHeads],
        "linear.norm.gain" => [net.DValue],
        "linear.out.weight" => [spec.DModel, net.DValues],
        _ => throw new NotSupportedException($"Give the shape of '{parameter}' here."),
    };

    private static int[] LatentShape(string parameter, int d, AttentionShape shape, Mixer.Latent latent) => parameter switch
    {
        "attn.q_latent.weight" => [latent.DQueryLatent!.Value, d],
        "attn.q_latent.bias" or "attn.q_latent_norm.gain" => [latent.DQueryLatent!.Value],
        "attn.q.weight" => [shape.DQuery, latent.DQueryLatent ?? d],
        "attn.kv_latent.weight" => [latent.DLatent, d],
        "attn.kv_latent.bias" or "attn.kv_latent_norm.gain" => [latent.DLatent],
        "attn.k_rotated.weight" => [latent.DRotated, d],
        "attn.k_rotated.bias" => [latent.DRotated],
        "attn.k.weight" => [shape.Heads * latent.DPlain, latent.DLatent],
        "attn.v.weight" => [shape.Heads * latent.DValue, latent.DLatent],
        "attn.out.weight" => [d, shape.Heads * latent.DValue],
        "attn.out.bias" => [d],
        _ => throw new NotSupportedException($"Give the shape of '{parameter}' here."),
    };

    private static int[] ExpertShape(string parameter, int d, Mlp.Experts mlp) => parameter.Split('.') switch
    {
        [_, "router", "weight"] => [mlp.Count, d],
        [_, "router", "bias" or "correction"] => [mlp.Count],
        [_, "shared_gate", "weight"] => [1, d],
        [_, "shared", "down", "weight"] => [d, mlp.DShared],
        [_, "shared", _, "weight"] => [mlp.DShared, d],
        [_, "experts", "gate_up", "weight"] => [mlp.Count, d, 2 * mlp.DMlp],
        [_, "experts", "gate_up", "bias"] => [mlp.Count, 2 * mlp.DMlp],
        [_, "experts", "gate_then_up", "weight"] => [mlp.Count, 2 * mlp.DMlp, d],
        [_, "experts", "down", "weight"] => mlp.Clamp is null ? [mlp.Count, d, mlp.DMlp] : [mlp.Count, mlp.DMlp, d],
        [_, "experts", "down", "bias"] => [mlp.Count, d],
        [_, "experts", _, "down", "weight"] => [d, mlp.DMlp],
        [_, "experts", _, _, "weight"] => [mlp.DMlp, d],
        _ => throw new NotSupportedException($"Give the shape of '{parameter}' here."),
    };
}
