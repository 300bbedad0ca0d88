using System.Buffers.Binary;
using SaeSharp.Models.Tokenizers.Llama2c;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Checkpoints.Formats;

/// <summary>Checkpoints of karpathy/llama2.c, version 0: seven numbers, then f32 weights without names.</summary>
/// <remarks>
/// Mirrors <c>export.py</c>'s <c>legacy_export</c>. What the file cannot say is fixed by its program: SwiGLU, ε 1e-5, rotary base 10,000 and the token ids 1 (begins, and ends) and 2.
/// A negative vocabulary means an unembedding of its own; the two rotary tables before it have no use. Rows of q and k are put in the order of halves.
/// </remarks>
[CheckpointFormat(rank: 4)]
internal sealed class Llama2cFormat : CheckpointFormat
{
    private const int Numbers = 7, HeaderBytes = Numbers * sizeof(int), FloatBytes = sizeof(float);

    public override string Name => "llama2.c";

    public override IReadOnlyList<string> Endings => [".bin"];

    public override string FileInFolder => "model.bin";

    public override bool DescribesModel => true;

    public override bool Recognises(ReadOnlySpan<byte> start, long bytes) => start.Length >= HeaderBytes && Header.Of(start) is { } header && header.Bytes() == bytes;

    public override WeightFile Open(string path) => OpenedFile.Read(path, file =>
    {
        if (file.Bytes < HeaderBytes || Header.Of(file.Start) is not { } header || header.Bytes() != file.Bytes)
            throw FileException.Malformed(path, "header", $"its {Numbers} numbers do not describe a model of {file.Bytes} bytes");
        return new WeightFile(path, Weights(file, header), new Dictionary<string, string>(), file, () => Config(path, header));
    });

    public override string? TokenizerOf(string path) => Llama2cTokenizer.Beside(path);

    private static Dictionary<string, Weight> Weights(OpenedFile file, Header header)
    {
        var weights = new Dictionary<string, Weight>(StringComparer.Ordinal);
        var start = (long)HeaderBytes;
        foreach (var row in header.Rows())
        {
            for (var layer = 0; layer < row.Copies; layer++)
            {
                var (name, place) = (row.Name.Replace("{i}", $"{layer}", StringComparison.Ordinal), start);
                var entry = new TensorEntry(name, "F32", [.. row.Shape.Select(size => (long)size)], place, row.Bytes);
                if (row.Name.Length > 0) weights.Add(name, new(entry, () => Read(file, entry, row)));
                start += row.Bytes;
            }
        }
        return weights;
    }

    private static Tensor Read(OpenedFile file, TensorEntry entry, Row row)
    {
        var tensor = new Tensor(DType.F32, row.Shape, file.View(), entry.Start);
        return row.PairedHeads is { } heads ? NeighbourPairs.ToHalves(tensor, heads, file.Path, entry.Name) : tensor;
    }

    private static HfConfig Config(string path, Header header) => HfConfig.Parse($$"""
        {"model_type":"llama","hidden_size":{{header.Width}},"intermediate_size":{{header.Mlp}},"num_hidden_layers":{{header.Layers}},"num_attention_heads":{{header.Heads}},
        "num_key_value_heads":{{header.KeyHeads}},"vocab_size":{{header.Vocabulary}},"max_position_embeddings":{{header.Context}},"hidden_act":"silu","rms_norm_eps":1e-5,
        "rope_theta":10000,"tie_word_embeddings":{{(header.IsTied ? "true" : "false")}},"bos_token_id":1,"eos_token_id":[1,2]}
        """, path);

    /// <summary>A tensor, or one for each layer, stored one after another.</summary>
    private sealed record Row(string Name, int Copies, int[] Shape, int? PairedHeads = null)
    {
        public long Bytes { get; } = Shape.Aggregate((long)FloatBytes, (bytes, size) => checked(bytes * size));
    }

    private sealed record Header(int Width, int Mlp, int Layers, int Heads, int KeyHeads, int Vocabulary, int Context, bool IsTied)
    {
        private const int MaxLayers = 1_000;

        /// <summary>The seven numbers, where they can be those of a model.</summary>
        public static Header? Of(ReadOnlySpan<byte> start)
        {
            var n = new int[Numbers];
            for (var i = 0; i < n.Length; i++) n[i] = BinaryPrimitives.ReadInt32LittleEndian(start[(i * sizeof(int))..]);
            if (n[5] == int.MinValue || n.Where((_, i) => i != 5).Any(number => number <= 0) || n[5] == 0) return null;
            var header = new Header(n[0], n[1], n[2], n[3], n[4], Math.Abs(n[5]), n[6], n[5] > 0);
            return header.Layers <= MaxLayers && header.Width % (2L * header.Heads) == 0 && header.Heads % header.KeyHeads == 0 ? header : null;
        }

        /// <summary>Everything after the header, in order; what has no name has no use.</summary>
        public IEnumerable<Row> Rows()
        {
            var (keys, pairs) = (Width / Heads * KeyHeads, Width / Heads / 2);
            yield return new("model.embed_tokens.weight", 1, [Vocabulary, Width]);
            yield return new("model.layers.{i}.input_layernorm.weight", Layers, [Width]);
            yield return new("model.layers.{i}.self_attn.q_proj.weight", Layers, [Width, Width], Heads);
            yield return new("model.layers.{i}.self_attn.k_proj.weight", Layers, [keys, Width], KeyHeads);
            yield return new("model.layers.{i}.self_attn.v_proj.weight", Layers, [keys, Width]);
            yield return new("model.layers.{i}.self_attn.o_proj.weight", Layers, [Width, Width]);
            yield return new("model.layers.{i}.post_attention_layernorm.weight", Layers, [Width]);
            yield return new("model.layers.{i}.mlp.gate_proj.weight", Layers, [Mlp, Width]);
            yield return new("model.layers.{i}.mlp.down_proj.weight", Layers, [Width, Mlp]);
            yield return new("model.layers.{i}.mlp.up_proj.weight", Layers, [Mlp, Width]);
            yield return new("model.norm.weight", 1, [Width]);
            yield return new("", 2, [Context, pairs]); // cosines and sines
            if (!IsTied) yield return new("lm_head.weight", 1, [Vocabulary, Width]);
        }

        /// <summary>How long a file with this header is; null beyond 64 bits.</summary>
        public long? Bytes()
        {
            try
            {
                return Rows().Aggregate((long)HeaderBytes, (bytes, row) => checked(bytes + row.Bytes * row.Copies));
            }
            catch (OverflowException)
            {
                return null;
            }
        }
    }
}
