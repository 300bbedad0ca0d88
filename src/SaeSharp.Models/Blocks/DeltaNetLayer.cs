using SaeSharp.Models.Families;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Blocks;

/// <summary>Gated delta net (arXiv:2412.06464): out(norm(rule(q, k, v)) ⊙ silu(z)), where q, k and v first pass a causal convolution and silu.</summary>
/// <remarks>
/// Mirrors <c>Qwen3_5GatedDeltaNet</c> of huggingface/transformers in its recurrent form, for whole sequences too, so that steps have their bits. <c>hook_q</c> and
/// <c>hook_k</c> stand before they are brought to unit length, <c>hook_beta</c> behind its sigmoid; <c>hook_g</c> is the logarithm of what a head keeps, <c>hook_core_out</c>
/// the output of the rule, <c>hook_gate</c> z before its silu, and <c>hook_normed</c> the input of the output projection.
/// </remarks>
internal sealed class DeltaNetLayer : MixerLayer
{
    /// <summary>Under the root of a key's length, whatever the model's own epsilon.</summary>
    private const double LengthEpsilon = 1e-6;

    /// <summary>From where on softplus is its argument, as in torch.</summary>
    private const double SoftplusEnd = 20;

    private readonly int _layer;
    private readonly Mixer.DeltaNet _net;
    private readonly Linear _in, _z, _b, _a, _out;
    private readonly NormLayer _norm;
    private readonly Tensor _kernel;
    private readonly double[] _rates, _biases;
    private readonly HookPoint _hookIn, _hookQ, _hookK, _hookV, _hookBeta, _hookG, _hookCore, _hookGate, _hookNormed;

    public DeltaNetLayer(ModelWeights weights, HookList hooks, TransformerSpec spec, Mixer.DeltaNet net, int layer)
    {
        var name = $"blocks.{layer}.linear";
        (_layer, _net) = (layer, net);
        var (dModel, heads, values) = (("dModel", spec.DModel), ("valueHeads", net.ValueHeads), ("valueHeads*dValue", net.DValues));
        _in = new(weights, $"{name}.in", dModel, ("channels", net.Channels));
        _z = new(weights, $"{name}.z", dModel, values);
        _b = new(weights, $"{name}.b", dModel, heads);
        _a = new(weights, $"{name}.a", dModel, heads);
        _kernel = Turned(weights.Take($"{name}.conv", ("channels", net.Channels), ("groups", 1), ("kernel", net.Kernel)).Read(weights.ComputeType));
        _rates = Numbers(weights.Take($"{name}.a_log", heads).Read(weights.ComputeType), Math.Exp);
        _biases = Numbers(weights.Take($"{name}.dt_bias", heads).Read(weights.ComputeType), value => value);
        _norm = NormLayer.Find(weights, $"{name}.norm", spec.Norm, ("dValue", net.DValue)) ?? throw new InvalidOperationException($"The family's weight table has no row for '{name}.norm.gain'.");
        _out = new(weights, $"{name}.out", values, dModel);

        _hookIn = hooks.Add($"{name}.hook_conv_in", net.Channels);
        _hookQ = hooks.Add($"{name}.hook_q", net.KeyHeads, net.DKey);
        _hookK = hooks.Add($"{name}.hook_k", net.KeyHeads, net.DKey);
        _hookV = hooks.Add($"{name}.hook_v", net.ValueHeads, net.DValue);
        _hookBeta = hooks.Add($"{name}.hook_beta", net.ValueHeads);
        _hookG = hooks.Add($"{name}.hook_g", net.ValueHeads);
        _hookCore = hooks.Add($"{name}.hook_core_out", net.ValueHeads, net.DValue);
        _hookGate = hooks.Add($"{name}.hook_gate", net.ValueHeads, net.DValue);
        _hookNormed = hooks.Add($"{name}.hook_normed", net.ValueHeads, net.DValue);
    }

    public override bool IsPacked => _in.IsPacked;

    public override bool Run(Pass pass, Tensor x, Tensor y)
    {
        var q = pass.Take(Slot.Query, pass.Rows, _net.KeyHeads, _net.DKey);         // [rows, keyHeads, dKey]
        var k = pass.Take(Slot.Key, pass.Rows, _net.KeyHeads, _net.DKey);           // [rows, keyHeads, dKey]
        var v = pass.Take(Slot.Value, pass.Rows, _net.ValueHeads, _net.DValue);     // [rows, valueHeads, dValue]
        var beta = pass.Take(Slot.LearningRate, pass.Rows, _net.ValueHeads);        // [rows, valueHeads]
        var g = pass.Take(Slot.Decay, pass.Rows, _net.ValueHeads);                  // [rows, valueHeads]
        var core = pass.Take(Slot.Mixed, pass.Rows, _net.ValueHeads, _net.DValue);  // [rows, valueHeads, dValue]
        var (inputs, matrices) = pass.States(_layer);

        if (Convolve(pass, x, inputs, q, k, v)) return true;
        _b.Forward(pass.Backend, x, beta);
        pass.Backend.Activate(Activation.Sigmoid, beta, beta);
        if (pass.Ends(_hookBeta, beta)) return true;
        _a.Forward(pass.Backend, x, g);
        Fade(g);
        if (pass.Ends(_hookG, g)) return true;

        Unit(pass.Backend, q, 1 / Math.Sqrt(_net.DKey));
        Unit(pass.Backend, k, 1);
        pass.Backend.DeltaRule(q, k, v, g, beta, pass.Batch.Sequences, matrices, core);
        if (pass.Ends(_hookCore, core) || Gate(pass, x, core)) return true;
        _out.Forward(pass.Backend, core, y);
        return false;
    }

    private bool Convolve(Pass pass, Tensor x, Tensor[]? inputs, Tensor q, Tensor k, Tensor v)
    {
        var mixed = pass.Take(Slot.ConvolutionInput, pass.Rows, _net.Channels);     // q, k, v   [rows, channels]
        _in.Forward(pass.Backend, x, mixed);
        if (pass.Ends(_hookIn, mixed)) return true;
        pass.Backend.CausalConvolution(mixed, _kernel, pass.Batch.Sequences, inputs, [q, k, v]);
        foreach (var part in (ReadOnlySpan<Tensor>)[q, k, v]) pass.Backend.Activate(Activation.Silu, part, part);
        return pass.Ends(_hookQ, q) || pass.Ends(_hookK, k) || pass.Ends(_hookV, v);
    }

    /// <summary>norm(core) ⊙ silu(z), in place. True where the run ended on the way.</summary>
    private bool Gate(Pass pass, Tensor x, Tensor core)
    {
        var gate = pass.Take(Slot.Gate, core.Shape);                                // z   [rows, valueHeads, dValue]
        _z.Forward(pass.Backend, x, gate);
        if (pass.Ends(_hookGate, gate)) return true;
        pass.Backend.Activate(Activation.Silu, gate, gate);
        _norm.Forward(pass.Backend, core, core);
        pass.Backend.Multiply(core, gate, core);
        return pass.Ends(_hookNormed, core);
    }

    /// <summary>g = −exp(A)·softplus(a + bias) in each head, in place.</summary>
    private void Fade(Tensor a)
    {
        for (var i = 0L; i < a.Count; i++)
        {
            var head = (int)(i % _rates.Length);
            var moved = a.Read(i) + _biases[head];
            a.Write(i, -_rates[head] * (moved > SoftplusEnd ? moved : Math.Log(1 + Math.Exp(moved))));
        }
    }

    /// <summary>c·x / √(Σx² + ε) on every row, which is RMSNorm but for a factor √dKey.</summary>
    private void Unit(Backend backend, Tensor x, double c)
    {
        backend.RmsNorm(x, null, LengthEpsilon / _net.DKey, x);
        backend.Scale(x, c / Math.Sqrt(_net.DKey), x);
    }

    /// <summary>[channels, 1, kernel] → [kernel, channels].</summary>
    private static Tensor Turned(Tensor weight)
    {
        var (channels, kernel) = (weight.Shape[0], weight.Columns);
        var turned = Tensor.Zeros(weight.DType, kernel, channels);
        for (var i = 0L; i < weight.Count; i++) turned.Write(i % kernel * channels + i / kernel, weight.Read(i));
        return turned;
    }

    private static double[] Numbers(Tensor tensor, Func<double, double> of)
    {
        var numbers = new double[tensor.Count];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = of(tensor.Read(i));
        return numbers;
    }
}
