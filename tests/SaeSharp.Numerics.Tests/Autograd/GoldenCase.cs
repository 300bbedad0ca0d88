using System.Text.Json;
using SaeSharp.Numerics.Autograd;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Autograd;

/// <summary>One op of the reference file: its inputs as leaves, its attributes, and how the tape computes it.</summary>
internal sealed class GoldenCase(string name, JsonElement description, SafetensorsFile file, DType type)
{
    private readonly JsonElement _attributes = description.GetProperty("attributes");
    private readonly Dictionary<string, Variable> _leaves = [];

    public string[] GradientNames => [.. description.GetProperty("gradients").EnumerateArray().Select(item => item.GetString()!)];

    /// <summary>An array of the case: <c>out</c>, <c>upstream</c>, <c>in.x</c>, <c>grad.x</c>.</summary>
    public Tensor Array(string what) => file.Read($"{name}.{what}");

    public Variable Leaf(string input) => _leaves.TryGetValue(input, out var leaf) ? leaf : _leaves[input] = Variable.Parameter(Array($"in.{input}").To(type).Clone());

    /// <summary>Runs the op on a tape; null where the tape has none like it.</summary>
    public Variable? Run(Tape tape) => description.GetProperty("op").GetString() switch
    {
        "rmsnorm" => tape.RmsNorm(Leaf("x"), Gain(tape), Number("eps")),
        "layernorm" => tape.LayerNorm(Leaf("x"), Leaf("weight"), Leaf("bias"), Number("eps")),
        "rotary" => tape.Rotary(Leaf("x"), Integers("positions"), Rotary()),
        "attention" => Attention(tape),
        "activation" => tape.Activate(Activation(), Leaf("x")),
        "gated" => tape.Multiply(tape.Activate(Activation(), Leaf("gate")), Leaf("up")),
        "gated_mlp" => tape.MatMul(
            tape.Multiply(tape.Activate(Activation(), tape.MatMul(Leaf("x"), Leaf("w_gate"), Transpose.B)), tape.MatMul(Leaf("x"), Leaf("w_up"), Transpose.B)),
            Leaf("w_down"), Transpose.B),
        "linear" => tape.AddRow(tape.MatMul(Leaf("x"), Leaf("weight"), Transpose.B), Leaf("bias")),
        "softmax" => tape.Softmax(Leaf("x")),
        "cross_entropy" => CrossEntropy(tape),
        "embedding" => tape.Embed(Integers("ids"), Leaf("table")),
        "topk" when !_attributes.TryGetProperty("batch", out _) => TopK(tape),
        "gather" => tape.Gather(Leaf("x"), Array("in.indices").To(DType.I32)),
        "sparse_decode" => tape.SparseDecode(Leaf("values"), Array("in.indices").To(DType.I32), Leaf("w_dec"), Leaf("b_dec")),
        _ => null,
    };

    private Variable Gain(Tape tape)
    {
        if (!_attributes.GetProperty("one_plus_weight").GetBoolean()) return Leaf("weight");
        var ones = Tensor.Zeros(type, Leaf("weight").Value.Shape);
        for (var i = 0; i < ones.Count; i++) ones.Write(i, 1);
        return tape.Add(Leaf("weight"), Variable.Constant(ones));
    }

    private RotaryTable Rotary()
    {
        var dimensions = (int)Number("rotary_dim");
        var frequencies = new double[dimensions / 2];
        for (var i = 0; i < frequencies.Length; i++) frequencies[i] = Math.Pow(Number("theta"), -2.0 * i / dimensions);
        var pairs = _attributes.GetProperty("layout").GetString() == "half" ? RotaryPairs.Halves : RotaryPairs.Neighbours;
        return RotaryTable.Of(Integers("positions").Max() + 1, frequencies, pairs, type);
    }

    /// <summary>Fewer queries than keys are the last positions: the queries before them are zeros whose results are dropped.</summary>
    private Variable Attention(Tape tape)
    {
        var (rows, keys) = (Leaf("q").Value.Shape[0], Leaf("k").Value.Shape[0]);
        var spec = new AttentionSpec(Number("scale"), (int)Number("window"), Number("soft_cap"));
        var (heads, width) = (Leaf("q").Value.Shape[1], Leaf("q").Value.Columns);
        var slots = Enumerable.Range(-(keys - rows), keys).Select(row => Math.Max(row, -1)).ToArray();
        // Rows by index, −1 for a zero row: a sparse decode with one slot of value 1.
        var ones = Tensor.Of(Enumerable.Repeat(1f, keys).ToArray(), keys, 1).To(type);
        var q = tape.SparseDecode(Variable.Constant(ones), Tensor.Of(slots, keys, 1), tape.Reshape(Leaf("q"), rows, heads * width), null);
        var z = tape.Attention(tape.Reshape(q, keys, heads, width), Leaf("k"), Leaf("v"), [new(0, keys)], spec);
        return tape.Rows(z, keys - rows, rows);
    }

    private Variable CrossEntropy(Tape tape)
    {
        var targets = Integers("labels").Select(label => label == (int)Number("ignore_index") ? -1 : label).ToArray();
        var losses = tape.CrossEntropy(Leaf("logits"), targets);
        return _attributes.GetProperty("reduction").GetString() switch
        {
            "none" => losses,
            "sum" => tape.Sum(losses),
            _ => tape.Scale(tape.Sum(losses), 1.0 / targets.Count(target => target >= 0)),
        };
    }

    /// <summary>The chosen numbers back in their places: a decode over unit vectors.</summary>
    private Variable TopK(Tape tape)
    {
        var n = Leaf("x").Value.Columns;
        var unit = Tensor.Zeros(type, n, n);
        for (var i = 0; i < n; i++) unit.Write((long)i * n + i, 1);
        var (values, indices) = tape.TopK(Leaf("x"), (int)Number("k"));
        if (_attributes.GetProperty("relu").GetBoolean()) values = tape.Activate(Backends.Activation.Relu, values);
        return tape.SparseDecode(values, indices, Variable.Constant(unit), null);
    }

    private Activation Activation() => _attributes.GetProperty("activation").GetString() switch
    {
        "silu" => Backends.Activation.Silu,
        "gelu_tanh" => Backends.Activation.GeluTanh,
        _ => Backends.Activation.Gelu,
    };

    private double Number(string attribute) => _attributes.TryGetProperty(attribute, out var value) ? value.GetDouble() : 0;

    private int[] Integers(string input)
    {
        var tensor = Array($"in.{input}");
        return [.. Enumerable.Range(0, (int)tensor.Count).Select(i => (int)tensor.Read(i))];
    }
}
