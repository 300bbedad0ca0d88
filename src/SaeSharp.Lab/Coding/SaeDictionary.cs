using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Saes;
using SaeSharp.Saes.SparseCoding;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Lab.Coding;

/// <summary>An SAE's decoder as a dictionary: unit rows, whose weights are coefficients as every other verb has them.</summary>
internal sealed class SaeDictionary
{
    private readonly bool _addsBDec;

    /// <exception cref="LabException">Its reconstruction is not of what it reads, or needs other tokens.</exception>
    public SaeDictionary(LoadedSae sae)
    {
        if (!sae.ReconstructsItsHook) throw LabException.WritesElsewhere(sae.Name, sae.WrittenHook);
        sae.RequireRowwise();
        Sae = sae;
        _addsBDec = sae.Sae.Config.Pursuit is null || sae.Sae.Config.ApplyBDecToInput;
        var atoms = Tensor.Zeros(DType.F32, sae.DSae, sae.Sae.DOut);                                      // A'   [dSae, dIn]
        for (var feature = 0; feature < sae.DSae; feature++) sae.UnitDirection(feature).CopyTo(atoms.Row<float>(feature));
        Dictionary = new(atoms, sae.Sae.Backend);
    }

    public LoadedSae Sae { get; }

    public AtomDictionary Dictionary { get; }

    /// <summary>What is taken off (normalised) activations before they are coded: b_dec, unless the SAE leaves it out. [dIn]</summary>
    public Tensor Offset => _addsBDec ? Sae.Sae.BDec : Tensor.Zeros(DType.F32, Sae.Sae.DIn);

    /// <summary>What the atoms have to add up to for activations <paramref name="x"/> [n, dIn]: x as the SAE normalises it, less b_dec. <paramref name="codes"/> are its codes of x.</summary>
    public Tensor Signals(Tensor x, SparseCodes codes)
    {
        var signals = x.Clone();                                                                          // b    [n, dIn]
        for (var row = 0; row < signals.RowCount; row++)
        {
            var signal = signals.Row<float>(row);
            if (codes.Scaling is { } scaling)
            {
                if (scaling.Means is { } means) TensorPrimitives.Subtract(signal, means[row], signal);
                if (scaling.Scales[row] != 0) TensorPrimitives.Divide(signal, scaling.Scales[row], signal);
            }
            if (_addsBDec) TensorPrimitives.Subtract(signal, Sae.Sae.BDec.Span<float>(), signal);
        }
        return signals;
    }

    /// <summary>Reconstructions of activations from coefficients, [n, dIn]; <paramref name="like"/> are the SAE's own codes of them, whose scaling is undone.</summary>
    public Tensor Reconstruct(SparseCodes coefficients, SparseCodes like)
    {
        float[] latents = [.. coefficients.Values];
        if (!Sae.Sae.Config.RescaleActsByDecoderNorm)
            for (var i = 0; i < latents.Length; i++) latents[i] = Sae.DecoderNorm(coefficients.Indices[i]) is > 0 and var norm ? latents[i] / norm : 0;
        return Sae.Sae.Decode(new(coefficients.DSae, coefficients.RowStarts, coefficients.Indices, latents) { Scaling = like.Scaling, Beside = like.Beside });
    }

    /// <summary>Answers in the form of an SAE's codes.</summary>
    public static SparseCodes Codes(IReadOnlyList<SparseAnswer> answers, int atoms)
    {
        var starts = new int[answers.Count + 1];
        for (var row = 0; row < answers.Count; row++) starts[row + 1] = checked(starts[row] + answers[row].Indices.Length);
        return new(atoms, starts, [.. answers.SelectMany(answer => answer.Indices)], [.. answers.SelectMany(answer => answer.Values).Select(value => (float)value)]);
    }
}
