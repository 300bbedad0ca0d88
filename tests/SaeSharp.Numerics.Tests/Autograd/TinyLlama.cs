using SaeSharp.Numerics.Autograd;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Autograd;

/// <summary>The reference files' three-layer Llama, written on the tape: 4 heads of 8, width 32, MLP of 40.</summary>
internal sealed class TinyLlama
{
    private const int Layers = 3;
    private const int Heads = 4;
    private const int DHead = 8;
    private const double Epsilon = 1e-3;

    private readonly Backend _backend;
    private readonly RotaryTable _rotary;

    public TinyLlama(SafetensorsFile weights, Backend backend, DType type)
    {
        _backend = backend;
        Parameters = weights.Names.ToDictionary(name => name, name => Variable.Parameter(weights.Read(name).To(type).Clone()));
        _rotary = RotaryTable.Of(64, [.. Enumerable.Range(0, DHead / 2).Select(i => Math.Pow(10000, -2.0 * i / DHead))], RotaryPairs.Halves, type);
    }

    public IReadOnlyDictionary<string, Variable> Parameters { get; }

    /// <summary>Adds the gradient of the mean next-token loss over all sequences to the parameters; returns the loss. ids [sequences, count].</summary>
    public double AddGradients(Tensor ids)
    {
        using var tape = new Tape(_backend);
        var (sequences, count) = (ids.Shape[0], ids.Shape[1]);
        var tokens = Enumerable.Range(0, sequences * count).Select(i => (int)ids.Read(i)).ToArray();
        var targets = Enumerable.Range(0, tokens.Length).Select(i => i % count == count - 1 ? -1 : tokens[i + 1]).ToArray();
        var logits = Logits(tape, tokens, count);
        var loss = tape.Scale(tape.Sum(tape.CrossEntropy(logits, targets)), 1.0 / targets.Count(target => target >= 0));
        tape.Backward(loss);
        return loss.Value.Read(0);
    }

    private Variable Logits(Tape tape, int[] tokens, int count)
    {
        var positions = Enumerable.Range(0, tokens.Length).Select(i => i % count).ToArray();
        var spans = Enumerable.Range(0, tokens.Length / count).Select(i => new SequenceSpan(i * count, count)).ToArray();
        var x = tape.Embed(tokens, Parameters["model.embed_tokens.weight"]);                       // [rows, dModel]
        for (var layer = 0; layer < Layers; layer++)
        {
            var at = $"model.layers.{layer}";
            var h = tape.RmsNorm(x, Parameters[$"{at}.input_layernorm.weight"], Epsilon);
            var q = tape.Rotary(Split(h, $"{at}.self_attn.q_proj"), positions, _rotary);           // [rows, heads, dHead]
            var k = tape.Rotary(Split(h, $"{at}.self_attn.k_proj"), positions, _rotary);
            var z = tape.Attention(q, k, Split(h, $"{at}.self_attn.v_proj"), spans, new(1 / Math.Sqrt(DHead)));
            x = tape.Add(x, Linear(tape.Reshape(z, tokens.Length, Heads * DHead), $"{at}.self_attn.o_proj"));
            h = tape.RmsNorm(x, Parameters[$"{at}.post_attention_layernorm.weight"], Epsilon);
            var gate = tape.Activate(Activation.Silu, Linear(h, $"{at}.mlp.gate_proj"));           // [rows, dMlp]
            x = tape.Add(x, Linear(tape.Multiply(gate, Linear(h, $"{at}.mlp.up_proj")), $"{at}.mlp.down_proj"));
        }
        return Linear(tape.RmsNorm(x, Parameters["model.norm.weight"], Epsilon), "lm_head");       // [rows, dVocab]

        Variable Linear(Variable input, string name) => tape.MatMul(input, Parameters[$"{name}.weight"], Transpose.B);

        Variable Split(Variable input, string name) => tape.Reshape(Linear(input, name), tokens.Length, Heads, DHead);
    }
}
