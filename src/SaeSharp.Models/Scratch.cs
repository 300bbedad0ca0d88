using SaeSharp.Numerics;

namespace SaeSharp.Models;

/// <summary>What a scratch buffer holds during a run.</summary>
internal enum Slot
{
    /// <summary>The residual stream, [rows, dModel].</summary>
    Stream,
    /// <summary>Output of a norm, [rows, dModel].</summary>
    Normed,
    /// <summary>What a half block adds to the stream, [rows, dModel].</summary>
    Added,
    Query,
    Key,
    Value,
    /// <summary>Values mixed by attention, [rows, heads, dHead].</summary>
    Mixed,
    /// <summary>What lets the mixed values through, or less of them, [rows, heads, dHead].</summary>
    Gate,
    /// <summary>What queries come from, [rows, dQueryLatent].</summary>
    QueryLatent,
    /// <summary>What keys and values come from, [rows, dLatent].</summary>
    Latent,
    /// <summary>The part of each head's key that is not rotated, [rows, heads, dPlain].</summary>
    PlainKey,
    /// <summary>The part of each head's query that is, [rows, heads, dRotated].</summary>
    RotatedQuery,
    /// <summary>The same of the key that all heads share, [rows, 1, dRotated].</summary>
    RotatedKey,
    /// <summary>Values filled up with zeros to the width of keys, [rows, heads, dHead].</summary>
    WideValue,
    /// <summary>What a convolution reads, [rows, channels].</summary>
    ConvolutionInput,
    /// <summary>How fast each head of linear attention learns, [rows, heads].</summary>
    LearningRate,
    /// <summary>How much of what it knows it keeps, as a logarithm, [rows, heads].</summary>
    Decay,
    /// <summary>The hidden layer of the MLP, [rows, dMlp].</summary>
    Hidden,
    /// <summary>Its linear branch, [rows, dMlp].</summary>
    Linear,
    /// <summary>What the router gives each expert, [rows, experts].</summary>
    RouterLogits,
    /// <summary>Its softmax, [rows, experts].</summary>
    RouterShares,
    /// <summary>The experts of each row, best first, [rows, k].</summary>
    ExpertIndices,
    /// <summary>Their weights, [rows, k].</summary>
    ExpertWeights,
    /// <summary>The rows an expert reads, [n, dModel].</summary>
    ExpertInput,
    /// <summary>What it makes of them, [n, dModel].</summary>
    ExpertOutput,
    /// <summary>The factors on that, [n].</summary>
    ExpertFactors,
    /// <summary>The gate of the shared expert, [rows, 1].</summary>
    SharedGate,
    /// <summary>The rows that get logits, [n, dModel].</summary>
    Chosen,
    /// <summary>What lies between the stream and a narrower embedding table, [rows, dEmbed].</summary>
    Embedded,
}

/// <summary>Buffers of one run at a time, kept for the next: a run of the same or fewer rows takes no new memory.</summary>
internal sealed class Scratch(DType type)
{
    private readonly Tensor?[] _buffers = new Tensor?[Enum.GetValues<Slot>().Length];
    private readonly Tensor?[] _views = new Tensor?[Enum.GetValues<Slot>().Length];

    /// <summary>The slot's buffer under the given shape; what it holds is left from earlier.</summary>
    public Tensor Take(Slot slot, params ReadOnlySpan<int> shape)
    {
        var i = (int)slot;
        if (_views[i] is { } view && view.Shape.SequenceEqual(shape)) return view;
        var count = 1;
        foreach (var size in shape) count = checked(count * size);
        // A buffer that is too small is left to the garbage collector, not freed: someone may still hold a view of it.
        if (_buffers[i] is not { } buffer || buffer.Count < count) _buffers[i] = buffer = Tensor.Zeros(type, count);
        return _views[i] = buffer.Rows(0, count).Reshape(shape);
    }
}
