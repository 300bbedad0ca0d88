using System.Collections.Concurrent;
using SaeSharp.Models.Blocks;
using SaeSharp.Models.Branches;
using SaeSharp.Models.Checkpoints;
using SaeSharp.Models.Families;
using SaeSharp.Models.Generation;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models;

/// <summary>A language model: token ids in, logits out, with named places on the way where values can be read and changed.</summary>
/// <remarks>
/// Hooks have TransformerLens names. One differs in meaning: <c>ln1</c>, <c>ln2</c> and <c>ln_final.hook_normalized</c> are the norm's whole output, gain and bias
/// included; what TransformerLens calls so, the value before gain and bias, is <c>hook_normalized_raw</c>. <c>hook_attn_out</c> and <c>hook_mlp_out</c> are what is added to
/// the stream; where a norm or factor stands before that, <c>hook_attn_out_raw</c> and <c>hook_mlp_out_raw</c> are the values in front of it. <c>attn.hook_q_normed</c>
/// and <c>hook_k_normed</c> stand behind a norm of queries and keys.
/// Several threads may run one model at once. Weights stay in the checkpoint's file; each linear layer is rearranged when a run first reaches it.
/// </remarks>
public sealed class Transformer
{
    private readonly ConcurrentBag<Scratch> _idle = [];
    private readonly Dictionary<string, HookPoint> _hooks;
    private readonly Embedding _embedding;
    private readonly Block[] _blocks;
    private readonly HookedNorm? _finalNorm;
    private readonly Unembedding _unembedding;
    private readonly RotaryScaling[] _scalings;
    private readonly int[] _windows;

    private Transformer(ModelSource source, ModelWeights weights, Backend backend)
    {
        (Config, Family, Spec, Files, Backend, ComputeType) = (source.Config, source.Family, source.Spec, [.. source.Files], backend, weights.ComputeType);
        (Prefixes, Branches) = (new(this), BranchOutputs.Find(weights, source.Spec));
        var (spec, hooks, rotaries) = (Spec, new HookList(), new Dictionary<Positions.Rotary, RotaryPositions>());
        _embedding = new(weights, hooks, spec);
        _blocks = [.. Enumerable.Range(0, spec.Layers).Select(layer => Block.Of(weights, hooks, spec, layer, Rotary(layer)))];
        _finalNorm = HookedNorm.Find(weights, hooks, spec, "final_norm", "ln_final");
        _unembedding = new(weights, spec, _embedding);
        weights.RequireAllTaken();

        _scalings = [.. rotaries.Keys.Select(rotary => rotary.Scaling)];
        _windows = [.. Enumerable.Range(0, spec.Layers).Select(layer => spec.Weighing[layer].Window)];
        (ParameterCount, WeightBytes) = (weights.Count, weights.Bytes);
        HookNames = [.. hooks.Points.Select(point => point.Name)];
        _hooks = hooks.Points.ToDictionary(point => point.Name, StringComparer.Ordinal);

        RotaryPositions? Rotary(int layer) => spec.Positions[layer] is not Positions.Rotary rotary ? null
            : rotaries.TryGetValue(rotary, out var known) ? known : rotaries[rotary] = new(rotary, spec.Context, ComputeType);
    }

    /// <summary>What the model is built of.</summary>
    public TransformerSpec Spec { get; }

    /// <summary>The family's name: <c>llama</c> …</summary>
    public string Family { get; }

    /// <summary>What its <c>config.json</c> says, or the file that describes itself.</summary>
    public HfConfig Config { get; }

    /// <summary>The files it was read from: its <c>config.json</c> where it has one, then the weights.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>What computes.</summary>
    public Backend Backend { get; }

    /// <summary>F32 or F64: what activations and logits are.</summary>
    public DType ComputeType { get; }

    /// <summary>All hooks, in the order a run passes them.</summary>
    public IReadOnlyList<string> HookNames { get; }

    /// <summary>What adds to the residual stream, in the order of a run; empty where norms stand in the stream itself.</summary>
    public IReadOnlyList<BranchOutput> Branches { get; }

    /// <summary>Number of parameters; a tied table counts once.</summary>
    public long ParameterCount { get; }

    /// <summary>Bytes of all weights as stored; a tied table counts once.</summary>
    public long WeightBytes { get; }

    /// <summary>How many layers runs have reached so far; only those take memory beside the checkpoint's.</summary>
    public int PackedLayers => _blocks.Count(block => block.IsPacked);

    /// <summary>Opens a model: a folder with <c>config.json</c> and weights, single or sharded; one file of weights with a <c>config.json</c> beside it; or one that says itself what it is (GGUF, llama2.c), or a folder with that.</summary>
    /// <param name="folderOrFile">The folder, the file, or the index of several.</param>
    /// <param name="backend">What computes.</param>
    /// <param name="computeType">F32, or F64 where exactness counts and speed does not.</param>
    /// <exception cref="ModelException">There is no model, its family is unknown, or the weights do not fit the config.</exception>
    /// <exception cref="FileException">A file is damaged or asks for something this program does not do.</exception>
    public static Transformer Load(string folderOrFile, Backend backend, DType computeType = DType.F32)
    {
        ArgumentNullException.ThrowIfNull(folderOrFile);
        ArgumentNullException.ThrowIfNull(backend);
        if (computeType is not (DType.F32 or DType.F64)) throw new ArgumentOutOfRangeException(nameof(computeType), computeType, "Models compute in F32 or F64.");
        using var source = ModelSource.Open(folderOrFile);
        return new(source, source.Weights(computeType), backend);
    }

    /// <summary>Returns <paramref name="hook"/> where the model has it.</summary>
    /// <exception cref="ModelException">It has not; the hint names the nearest.</exception>
    public string RequireHook(string hook) => Point(hook).Name;

    /// <summary>How many numbers a row of this hook has: the product of its axes after rows.</summary>
    /// <exception cref="ModelException">There is no such hook, or it is a pattern, whose rows have no fixed width.</exception>
    public int HookWidth(string hook) => Point(hook).RowShape?.Aggregate(1, (width, axis) => width * axis) ?? throw ModelException.NoWidth(hook);

    /// <summary>Runs a batch past <paramref name="hooks"/>.</summary>
    /// <param name="batch">The tokens; with a <paramref name="state"/> one sequence, which goes on where the state ends.</param>
    /// <param name="hooks">What to read and change on the way.</param>
    /// <param name="logits">Which rows get logits. With none and no state the run stops after the last hook in <paramref name="hooks"/>.</param>
    /// <param name="state">Keys and values of the positions before; the batch's are appended, or on an error none.</param>
    /// <returns>[rows, dVocab] or, for the last rows, [sequences, dVocab], in new memory; null for <see cref="LogitRows.None"/>.</returns>
    /// <exception cref="ModelException">Unknown hook, or a sequence too long for the model or the state.</exception>
    /// <exception cref="OptionException">An id outside the vocabulary.</exception>
    public Tensor? Run(TokenBatch batch, HookSet? hooks, LogitRows logits, DecodingState? state = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (state is not null) return RunOn(batch, [new(state, hooks)], logits);
        var lastHook = -1;
        foreach (var hook in hooks?.Names ?? []) lastHook = Math.Max(lastHook, Point(hook).Order);
        if (logits != LogitRows.None) lastHook = int.MaxValue;
        RequireLengths(batch);

        var scratch = _idle.TryTake(out var idle) ? idle : new Scratch(ComputeType);
        try
        {
            return Run(new Pass(Backend, batch, hooks, lastHook, scratch), logits, null);
        }
        finally
        {
            _idle.Add(scratch);
        }
    }

    /// <summary>Runs one sequence on and writes the logits of its last row into memory the caller keeps: a step of decoding.</summary>
    internal void Run(TokenBatch batch, HookSet? hooks, DecodingState state, Tensor logits) => RunOn(batch, [new(state, hooks)], LogitRows.Last, logits);

    /// <summary>Runs several sequences on in one pass over the weights; each gets the bits it gets alone.</summary>
    /// <param name="batch">New tokens of each sequence.</param>
    /// <param name="strands">What each goes on from, and its hooks, which see its own rows; the batch's rows are appended to the states, or on an error none.</param>
    /// <param name="logits">Which rows get logits.</param>
    /// <param name="into">Memory for the logits that the caller keeps; null for new memory.</param>
    /// <returns>As <see cref="Run(TokenBatch, HookSet?, LogitRows, DecodingState?)"/>.</returns>
    public Tensor? RunOn(TokenBatch batch, Strand[] strands, LogitRows logits, Tensor? into = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(strands);
        RequireRoom(batch, strands);
        var counts = Array.ConvertAll(strands, strand => strand.State.Count);
        var scratch = _idle.TryTake(out var idle) ? idle : new Scratch(ComputeType);
        try
        {
            var result = Run(new Pass(Backend, batch, strands, scratch), logits, into);
            for (var s = 0; s < counts.Length; s++) counts[s] += batch.Sequences[s].Count;
            return result;
        }
        finally
        {
            for (var s = 0; s < counts.Length; s++) strands[s].State.Settle(counts[s]);
            _idle.Add(scratch);
        }
    }

    /// <summary>Prompts read lately.</summary>
    internal PrefixCache Prefixes { get; }

    /// <summary>The sliding window of a layer; 0 for none.</summary>
    internal int Window(int layer) => _windows[layer];

    /// <summary>Whether a row of a sequence has the same bits however long the sequence becomes, so that cached keys serve any continuation.</summary>
    internal bool KeysLast => Array.TrueForAll(_scalings, scaling => scaling is RotaryScaling.Fixed);

    /// <summary>Whether a state's keys are of no use once <paramref name="rows"/> more positions come, because the model rotates longer sequences otherwise (longrope): the sequence must be run from its start.</summary>
    internal bool Outgrows(DecodingState state, int rows) => Array.Exists(_scalings, scaling => scaling.OutgrowsCache(state.Count, state.Count + rows));

    /// <summary>Runs only the blocks from number <paramref name="block"/> on, over a residual stream that stands before it: what a run with that stream spliced in would give, without the blocks before.</summary>
    /// <param name="batch">The tokens of the run that the stream came from.</param>
    /// <param name="block">0 to Layers; Layers runs the final norm and unembedding alone.</param>
    /// <param name="stream">[rows, dModel]; left as it is.</param>
    /// <param name="logits">Which rows get logits.</param>
    /// <param name="into">Memory for the logits that the caller keeps; null for new memory.</param>
    /// <param name="hooks">What to read and change from there on; hooks before <paramref name="block"/> are not passed.</param>
    /// <returns>As <see cref="Run(TokenBatch, HookSet?, LogitRows, DecodingState?)"/>.</returns>
    public Tensor? RunFrom(TokenBatch batch, int block, Tensor stream, LogitRows logits, Tensor? into = null, HookSet? hooks = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (var hook in hooks?.Names ?? []) Point(hook);
        Shape.Require(stream, ComputeType, [("rows", batch.Rows), ("dModel", Spec.DModel)]);
        OptionException.InRange(block, 0, Spec.Layers, nameof(block));
        RequireLengths(batch);
        var scratch = _idle.TryTake(out var idle) ? idle : new Scratch(ComputeType);
        try
        {
            var pass = new Pass(Backend, batch, hooks, int.MaxValue, scratch);
            var x = pass.Take(Slot.Stream, batch.Rows, Spec.DModel);                // [rows, dModel]
            stream.CopyTo(x);
            foreach (var later in _blocks.AsSpan(block)) later.Run(pass, x);
            return Finish(pass, x, logits, into);
        }
        finally
        {
            _idle.Add(scratch);
        }
    }

    /// <summary>Logits that the unembedding gives residual vectors: [n, dModel] → [n, dVocab]. With <paramref name="throughFinalNorm"/> they pass the final norm first.</summary>
    public Tensor LogitsOf(Tensor vectors, bool throughFinalNorm)
    {
        Shape.Require(vectors, [("dModel", Spec.DModel)]);
        var x = vectors.To(ComputeType);
        if (!throughFinalNorm || _finalNorm is null) return Unembed(x);
        var normed = Tensor.Zeros(ComputeType, x.Shape);
        _finalNorm.Norm.Forward(Backend, x, normed);
        return Unembed(normed);
    }

    /// <summary>What directions of the residual stream add to the logits: [n, dModel] → [n, dVocab]. What is there without them is left out: biases, and the soft cap of the sum.</summary>
    public Tensor LogitEffectsOf(Tensor directions, bool throughFinalNorm)
    {
        Shape.Require(directions, [("dModel", Spec.DModel)]);
        var x = directions.To(ComputeType);
        if (throughFinalNorm && _finalNorm is not null)
        {
            var normed = Tensor.Zeros(ComputeType, x.Shape);
            _finalNorm.Norm.ForwardUnbiased(Backend, x, normed);
            x = normed;
        }
        var effects = Tensor.Zeros(ComputeType, x.RowCount, Spec.DVocab);
        _unembedding.ForwardEffects(Backend, x, effects);
        return effects;
    }

    /// <summary>The direction of the residual stream that each token's logit grows along, biases, final norm and soft cap left out: [n, dModel], f32. Its dot products with directions are <see cref="LogitEffectsOf"/>.</summary>
    public Tensor LogitDirections(ReadOnlySpan<int> ids) => _unembedding.Directions(Backend, ids);

    private Tensor? Run(Pass pass, LogitRows logits, Tensor? into)
    {
        var x = pass.Take(Slot.Stream, pass.Rows, Spec.DModel);                     // [rows, dModel]
        if (_embedding.Run(pass, x)) return null;
        foreach (var block in _blocks)
            if (block.Run(pass, x)) return null;
        return Finish(pass, x, logits, into);
    }

    private Tensor? Finish(Pass pass, Tensor x, LogitRows logits, Tensor? into)
    {
        // The norm works row by row: unless someone looks at all of its rows, only those that get logits pass it.
        var everyRow = _finalNorm is not null && _finalNorm.IsWanted(pass);
        if (!everyRow) x = Choose(pass, x, logits);
        if (_finalNorm is not null)
        {
            var normed = pass.Take(Slot.Normed, x.Shape);                           // [n, dModel]
            if (_finalNorm.Run(pass, x, normed)) return null;
            x = everyRow ? Choose(pass, normed, logits) : normed;
        }
        return logits == LogitRows.None ? null : Unembed(x, into);
    }

    /// <summary>The rows of x that get logits.</summary>
    private static Tensor Choose(Pass pass, Tensor x, LogitRows logits)
    {
        if (logits == LogitRows.All) return x;
        var sequences = logits == LogitRows.Last ? pass.Batch.Sequences : [];
        var chosen = pass.Take(Slot.Chosen, sequences.Length, x.Columns);           // [sequences, dModel]
        for (var s = 0; s < sequences.Length; s++) x.Rows(sequences[s].Start + sequences[s].Count - 1, 1).CopyTo(chosen.Rows(s, 1));
        return chosen;
    }

    private Tensor Unembed(Tensor normed, Tensor? into = null)
    {
        var result = into ?? Tensor.Zeros(ComputeType, normed.RowCount, Spec.DVocab); // [n, dVocab]
        _unembedding.Forward(Backend, normed, result);
        return result;
    }

    private void RequireLengths(TokenBatch batch)
    {
        foreach (var sequence in batch.Sequences)
            if (sequence.Count > Spec.Context) throw ModelException.TooLong(sequence.Count, Spec.Context);
    }

    private void RequireRoom(TokenBatch batch, Strand[] strands)
    {
        RequireLengths(batch);
        if (batch.Sequences.Length != strands.Length)
            throw new ArgumentException($"Each state goes on with one sequence; the batch has {batch.Sequences.Length} for {strands.Length} states.", nameof(batch));
        for (var s = 0; s < strands.Length; s++)
        {
            var (state, rows) = (strands[s].State, batch.Sequences[s].Count);
            if (state.Model != this) throw new ArgumentException("The state was made for another model.", nameof(strands));
            if (Array.FindIndex(strands, strand => strand.State == state) != s) throw new ArgumentException("Two strands go on from the same state; fork it.", nameof(strands));
            if (rows > state.Capacity - state.Count) throw ModelException.StateFull(state.Count + rows, state.Capacity);
            if (Outgrows(state, rows)) throw ModelException.StateOutgrown(state.Count, state.Count + rows);
            foreach (var hook in strands[s].Hooks?.Names ?? []) RequireHook(hook);
        }
    }

    private HookPoint Point(string hook) => _hooks.TryGetValue(hook, out var point) ? point : throw ModelException.UnknownHook(hook, Family, HookNames);
}
