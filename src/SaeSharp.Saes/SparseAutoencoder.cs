using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes;

/// <summary>Encodes activations into sparse latents and decodes them back. Weights do not change; folding gives a new SAE.</summary>
/// <remarks>
/// x̂ = undo(f · W_dec + b_dec) with f = encode(normalise(x) − b_dec); the steps around the encoder are the same for every architecture and stand here.
/// A transcoder reconstructs another hook: nothing is taken off its input and nothing undone, and with a skip connection ŷ = f · W_dec + b_dec + x · W_skipᵀ.
/// Mirrors SAELens v6 (<c>saes/sae.py</c>, <c>saes/transcoder.py</c>). A row's result does not depend on the rows beside it, unless the SAE is
/// <see cref="SaeConfig.Temporal"/>: then it depends on the earlier rows of its context. Safe for several threads.
/// </remarks>
public abstract class SparseAutoencoder
{
    private const long BlockElements = 1 << 22; // 16 MiB of f32: the largest [rows, dSae] block in memory at a time
    private readonly SaeWeights _weights;
    private readonly Tensor? _minusBDec; // null where the encoder reads x itself
    private readonly PackedMatrix? _skip;
    private readonly Lazy<Tensor> _encoderDirections;

    private protected SparseAutoencoder(SaeConfig config, SaeWeights weights, Backend backend)
    {
        (Config, _weights, Backend) = (config, weights, backend);
        if (config.IsTranscoder && config.ApplyBDecToInput) throw SaeException.TranscoderTakesBDec(config.Architecture);
        if (!config.IsTranscoder && DOut != DIn) throw SaeException.OtherOutput(config);
        DecoderDirections = weights.Take("W_dec", ("dSae", DSae), ("dOut", DOut));
        BDec = weights.Take("b_dec", ("dOut", DOut));
        DecoderNorms = Tensor.Zeros(DType.F32, DSae);
        backend.RowNorms(DecoderDirections, DecoderNorms);
        _skip = config.HasSkip ? backend.Pack(weights.Take("W_skip", ("dOut", DOut), ("dIn", DIn)), Transpose.B) : null;
        if (config.ApplyBDecToInput) backend.Scale(BDec, -1, _minusBDec = Tensor.Zeros(DType.F32, DIn));
        _encoderDirections = new(FindEncoderDirections);
    }

    public SaeConfig Config { get; }

    public Backend Backend { get; }

    public int DIn => Config.DIn;

    /// <summary>Width of what is reconstructed.</summary>
    public int DOut => Config.DOut ?? DIn;

    public int DSae => Config.DSae;

    /// <summary>All weights by their name in the file, f32.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _weights.Taken;

    /// <summary>What each latent reads: [dSae, dIn].</summary>
    public Tensor EncoderDirections => _encoderDirections.Value;

    /// <summary>What each latent writes, as stored (not unit length): W_dec [dSae, dOut].</summary>
    public Tensor DecoderDirections { get; }

    /// <summary>‖W_dec[i]‖: [dSae].</summary>
    public Tensor DecoderNorms { get; }

    /// <summary>[dOut].</summary>
    public Tensor BDec { get; }

    /// <summary>Latents of <paramref name="x"/>: [.., dIn] (or [.., heads, dHead] with <see cref="SaeConfig.ReshapeHookZ"/>) → codes of all its rows.</summary>
    /// <remarks>A temporal SAE takes [.., tokens, dIn]: each [tokens, dIn] is a context. One that reads a single head takes all heads side by side as well, [.., heads · dIn].</remarks>
    public SparseCodes Encode(Tensor x)
    {
        var raw = AsRows(x);
        var input = raw.Clone();                                              // x      [rows, dIn]
        var scaling = RowNormaliser.Apply(Config, input);
        if (_minusBDec is not null) Backend.AddRow(input, _minusBDec, input);
        var codes = new SparseCodesBuilder(DSae, input.RowCount) { ContextRows = x.Rank > 1 ? x.Shape[^2] : 1 };
        if (_skip is not null)
        {
            codes.Beside = Tensor.Zeros(DType.F32, input.RowCount, DOut);
            Backend.MatMul(raw, _skip, codes.Beside);                         // x·Sᵀ   [rows, dOut]
        }
        EncodeRows(input, codes);
        input.Free();
        return codes.Build(scaling);
    }

    /// <summary>Reconstruction from <paramref name="codes"/>: [rows, dOut].</summary>
    public Tensor Decode(SparseCodes codes)
    {
        ArgumentNullException.ThrowIfNull(codes);
        if (codes.DSae != DSae) throw SaeException.WrongCodes(codes.DSae, DSae);
        var y = Tensor.Zeros(DType.F32, codes.Rows, DOut);                    // x̂      [rows, dOut]
        var start = 0;
        while (start < codes.Rows)
        {
            var (count, slots) = DecodeBlock(codes, start);
            var values = Tensor.Zeros(DType.F32, count, slots);
            var indices = Tensor.Zeros(DType.I32, count, slots);
            for (var row = 0; row < count; row++) FillSlots(codes, start + row, indices.Row<int>(row), values.Row<float>(row));
            if (Gates is null) Backend.SparseDecode(values, indices, DecoderDirections, AddsBDec ? BDec : null, y.Rows(start, count));
            else Gates.Decode(Backend, values, indices, DecoderDirections, BDec, y.Rows(start, count));
            values.Free();
            indices.Free();
            start += count;
        }
        if (codes.Beside is { } beside) Backend.Add(y, beside, y);
        else if (Config.HasSkip || Config.Temporal is not null) throw SaeException.NothingBeside(Config.Architecture);
        if (!Config.IsTranscoder) RowNormaliser.Undo(Config.NormalizeActivations, codes.Scaling, y);
        return y;
    }

    /// <summary>x̂ of <paramref name="x"/>, in the shape of x: [.., dOut].</summary>
    public Tensor Reconstruct(Tensor x) => Shaped(Decode(Encode(x)), x);

    /// <summary>x̂ of edited latents plus what the SAE does not explain: x̂(edit(f)) + (target − x̂(f)), so that without an edit the target comes back.</summary>
    /// <param name="x">What is encoded.</param>
    /// <param name="edit">Gives other codes, or changes the values of these.</param>
    /// <param name="target">What the reconstruction stands for, [.., dOut]; null for x itself.</param>
    public Tensor ReconstructWithError(Tensor x, Func<SparseCodes, SparseCodes> edit, Tensor? target = null)
    {
        ArgumentNullException.ThrowIfNull(edit);
        if (target is null && Config.IsTranscoder) throw SaeException.NoTarget(Config);
        var codes = Encode(x);
        var error = Decode(codes);
        Backend.Scale(error, -1, error);
        Backend.Add(error, (target ?? x).Reshape(codes.Rows, DOut), error);   // y − ŷ  [rows, dOut]
        var edited = Decode(edit(codes));
        Backend.Add(edited, error, edited);
        return Shaped(edited, x);
    }

    /// <summary>The same SAE with unit decoder rows: latents are then in units of activation, as Neuronpedia shows them.</summary>
    public SparseAutoencoder FoldDecoderNorms() => SaeFolding.DecoderNorms(this);

    /// <summary>The SAE for raw activations, when this one was trained on activations times <paramref name="scale"/>.</summary>
    public SparseAutoencoder FoldActivationScale(double scale) => SaeFolding.ActivationScale(this, scale);

    /// <summary>Names of the tensors whose last axis is the latent and that a latent is proportional to: what decoder norms are folded into. Empty where that would change which latents fire.</summary>
    internal abstract IReadOnlyList<string> LatentTensors { get; }

    /// <summary>Which hooks get a latent; null where all do that its decoder row writes.</summary>
    private protected virtual HookGates? Gates => null;

    /// <summary>Adds the latents of prepared rows [rows, dIn], one row after another.</summary>
    private protected abstract void EncodeRows(Tensor input, SparseCodesBuilder codes);

    private protected abstract Tensor FindEncoderDirections();

    /// <summary>Only matching pursuit that did not take b_dec off does not put it back.</summary>
    private bool AddsBDec => Config.Pursuit is null || Config.ApplyBDecToInput;

    /// <summary>How many rows a block of rows × <paramref name="columns"/> may have.</summary>
    private protected static int BlockRows(int rows, int columns) => (int)Math.Clamp(BlockElements / columns, 1, Math.Max(rows, 1));

    private Tensor Shaped(Tensor rows, Tensor x)
    {
        if (rows.Count == x.Count) return rows.Reshape(x.Shape);
        int[] shape = [.. x.Shape];
        shape[^1] = DOut;
        return rows.Reshape(shape);
    }

    private Tensor AsRows(Tensor x)
    {
        Shape.RequireType(x, DType.F32);
        var isHeads = Config.ReshapeHookZ && x.Rank >= 2 && (long)x.Shape[^1] * x.Shape[^2] == DIn;
        if (x.Rank > 0 && (x.Columns == DIn || isHeads)) return x.Reshape((int)(x.Count / DIn), DIn);
        if (x.Rank > 0 && Config.HookHeadIndex is { } head && x.Columns % DIn == 0 && (uint)head < x.Columns / DIn) return OneHead(x, head);
        throw SaeException.WrongInput(x, Config);
    }

    /// <summary>The one head that is read, out of all side by side: [.., heads · dIn] → [rows, dIn].</summary>
    private Tensor OneHead(Tensor x, int head)
    {
        var rows = Tensor.Zeros(DType.F32, x.RowCount, DIn);
        for (var row = 0; row < rows.RowCount; row++) x.Row<float>(row).Slice(head * DIn, DIn).CopyTo(rows.Row<float>(row));
        return rows;
    }

    /// <summary>How many rows from <paramref name="start"/> fit in one block, and the slots the fullest of them needs.</summary>
    private static (int Count, int Slots) DecodeBlock(SparseCodes codes, int start)
    {
        var (count, slots) = (0, 1);
        while (start + count < codes.Rows)
        {
            var widest = Math.Max(slots, codes.RowStarts[start + count + 1] - codes.RowStarts[start + count]);
            if (count > 0 && (long)widest * (count + 1) > BlockElements) break;
            (slots, count) = (widest, count + 1);
        }
        return (count, slots);
    }

    private void FillSlots(SparseCodes codes, int row, Span<int> indices, Span<float> values)
    {
        var used = codes.RowIndices(row).Length;
        codes.RowIndices(row).CopyTo(indices);
        codes.RowValues(row).CopyTo(values);
        indices[used..].Fill(-1);
        if (!Config.RescaleActsByDecoderNorm) return;

        // Such latents are given times ‖W_dec[i]‖; a row of zeros writes nothing, whatever its latent.
        var norms = DecoderNorms.Span<float>();
        for (var i = 0; i < used; i++) values[i] = norms[indices[i]] == 0 ? 0 : values[i] / norms[indices[i]];
    }
}
