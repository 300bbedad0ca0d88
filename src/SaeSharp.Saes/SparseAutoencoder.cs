using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes;

/// <summary>Encodes activations into sparse latents and decodes them back. Weights do not change; folding gives a new SAE.</summary>
/// <remarks>
/// x̂ = undo(f · W_dec + b_dec) with f = encode(normalise(x) − b_dec); the steps around the encoder are the same for every architecture and stand here.
/// Mirrors SAELens v6 (<c>saes/sae.py</c>). A row's result does not depend on the rows beside it. Safe for several threads.
/// </remarks>
public abstract class SparseAutoencoder
{
    private const long BlockElements = 1 << 22; // 16 MiB of f32: the largest [rows, dSae] block in memory at a time
    private readonly SaeWeights _weights;
    private readonly Tensor _minusBDec;
    private readonly Lazy<Tensor> _encoderDirections;

    private protected SparseAutoencoder(SaeConfig config, SaeWeights weights, Backend backend)
    {
        (Config, _weights, Backend) = (config, weights, backend);
        DecoderDirections = weights.Take("W_dec", ("dSae", DSae), ("dIn", DIn));
        BDec = weights.Take("b_dec", ("dIn", DIn));
        DecoderNorms = Tensor.Zeros(DType.F32, DSae);
        backend.RowNorms(DecoderDirections, DecoderNorms);
        _minusBDec = Tensor.Zeros(DType.F32, DIn);
        backend.Scale(BDec, -1, _minusBDec);
        _encoderDirections = new(FindEncoderDirections);
    }

    public SaeConfig Config { get; }

    public Backend Backend { get; }

    public int DIn => Config.DIn;

    public int DSae => Config.DSae;

    /// <summary>All weights by their name in the file, f32.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _weights.Taken;

    /// <summary>What each latent reads: [dSae, dIn].</summary>
    public Tensor EncoderDirections => _encoderDirections.Value;

    /// <summary>What each latent writes, as stored (not unit length): W_dec [dSae, dIn].</summary>
    public Tensor DecoderDirections { get; }

    /// <summary>‖W_dec[i]‖: [dSae].</summary>
    public Tensor DecoderNorms { get; }

    /// <summary>[dIn].</summary>
    public Tensor BDec { get; }

    /// <summary>Latents of <paramref name="x"/>: [.., dIn] (or [.., heads, dHead] with <see cref="SaeConfig.ReshapeHookZ"/>) → codes of all its rows.</summary>
    public SparseCodes Encode(Tensor x)
    {
        var input = AsRows(x).Clone();                                        // x      [rows, dIn]
        var scaling = RowNormaliser.Apply(Config.NormalizeActivations, input);
        if (Config.ApplyBDecToInput) Backend.AddRow(input, _minusBDec, input);
        var codes = new SparseCodesBuilder(DSae, input.RowCount);
        EncodeRows(input, codes);
        input.Free();
        return codes.Build(scaling);
    }

    /// <summary>Reconstruction from <paramref name="codes"/>: [rows, dIn].</summary>
    public Tensor Decode(SparseCodes codes)
    {
        ArgumentNullException.ThrowIfNull(codes);
        if (codes.DSae != DSae) throw SaeException.WrongCodes(codes.DSae, DSae);
        var y = Tensor.Zeros(DType.F32, codes.Rows, DIn);                     // x̂      [rows, dIn]
        var start = 0;
        while (start < codes.Rows)
        {
            var (count, slots) = DecodeBlock(codes, start);
            var values = Tensor.Zeros(DType.F32, count, slots);
            var indices = Tensor.Zeros(DType.I32, count, slots);
            for (var row = 0; row < count; row++) FillSlots(codes, start + row, indices.Row<int>(row), values.Row<float>(row));
            Backend.SparseDecode(values, indices, DecoderDirections, BDec, y.Rows(start, count));
            values.Free();
            indices.Free();
            start += count;
        }
        RowNormaliser.Undo(Config.NormalizeActivations, codes.Scaling, y);
        return y;
    }

    /// <summary>x̂ of <paramref name="x"/>, in the shape of x.</summary>
    public Tensor Reconstruct(Tensor x) => Decode(Encode(x)).Reshape(x.Shape);

    /// <summary>The same SAE with unit decoder rows: latents are then in units of activation, as Neuronpedia shows them.</summary>
    public SparseAutoencoder FoldDecoderNorms() => SaeFolding.DecoderNorms(this);

    /// <summary>The SAE for raw activations, when this one was trained on activations times <paramref name="scale"/>.</summary>
    public SparseAutoencoder FoldActivationScale(double scale) => SaeFolding.ActivationScale(this, scale);

    /// <summary>Names of the tensors whose last axis is the latent and that a latent is proportional to: what decoder norms are folded into.</summary>
    internal abstract IReadOnlyList<string> LatentTensors { get; }

    /// <summary>Adds the latents of prepared rows [rows, dIn], one row after another.</summary>
    private protected abstract void EncodeRows(Tensor input, SparseCodesBuilder codes);

    private protected abstract Tensor FindEncoderDirections();

    /// <summary>How many rows a block of rows × <paramref name="columns"/> may have.</summary>
    private protected static int BlockRows(int rows, int columns) => (int)Math.Clamp(BlockElements / columns, 1, Math.Max(rows, 1));

    private Tensor AsRows(Tensor x)
    {
        Shape.RequireType(x, DType.F32);
        var isHeads = Config.ReshapeHookZ && x.Rank >= 2 && (long)x.Shape[^1] * x.Shape[^2] == DIn;
        if (x.Rank == 0 || (x.Columns != DIn && !isHeads)) throw SaeException.WrongInput(x, Config);
        return x.Reshape((int)(x.Count / DIn), DIn);
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
