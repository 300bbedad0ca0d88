using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models;

/// <summary>A language model: token ids in, logits out, with named places on the way where values can be read and changed.</summary>
public sealed class Transformer
{
    /// <summary>Opens a model folder (<c>config.json</c> and safetensors).</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="backend">What computes.</param>
    /// <param name="computeType">F32, or F64 for oracles.</param>
    public static Transformer Load(string folder, Backend backend, DType computeType = DType.F32) => throw new NotImplementedException();

    public TransformerSpec Spec => throw new NotImplementedException();

    /// <summary>The family's name: <c>llama</c> …</summary>
    public string Family => throw new NotImplementedException();

    public Backend Backend => throw new NotImplementedException();

    /// <summary>F32 or F64: what activations and logits are.</summary>
    public DType ComputeType => throw new NotImplementedException();

    /// <summary>All hooks, in the order a run passes them.</summary>
    public IReadOnlyList<string> HookNames => throw new NotImplementedException();

    /// <summary>Number of parameters; a tied table counts once.</summary>
    public long ParameterCount => throw new NotImplementedException();

    /// <summary>Bytes of all weights as stored.</summary>
    public long WeightBytes => throw new NotImplementedException();

    /// <summary>Returns <paramref name="hook"/>, or throws naming the nearest one there is.</summary>
    public string RequireHook(string hook) => throw new NotImplementedException();

    /// <summary>Numbers a row of this hook has: the product of its axes after rows.</summary>
    public int HookWidth(string hook) => throw new NotImplementedException();

    /// <summary>Runs a batch. Returns logits [rows or sequences, dVocab], or null for <see cref="LogitRows.None"/>.</summary>
    public Tensor? Run(TokenBatch batch, HookSet? hooks, LogitRows logits, DecodingState? state = null) => throw new NotImplementedException();

    /// <summary>Logits of residual vectors: [n, dModel] → [n, dVocab].</summary>
    public Tensor LogitsOf(Tensor vectors, bool throughFinalNorm) => throw new NotImplementedException();
}
