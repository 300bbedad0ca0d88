using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SaeSharp.Numerics;
using SaeSharp.Saes;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Lab.Harvesting.Stores;

/// <summary>Rows of activations as codes of an SAE, and the residual that these leave: what a shard holds of a coded hook.</summary>
/// <remarks>Words of fixed width, so that any run of tokens is read by itself: entropy coding would save half of the entries' bits, but a run of 64 tokens is too short to learn counts from.</remarks>
internal sealed class CodedRows(SparseAutoencoder sae, StoredCodes form, int width)
{
    private readonly List<int> _starts = [0], _words = [], _residual = [];
    private readonly List<float> _scales = [], _residualScales = [];

    /// <summary>Adds rows [rows, width]; returns them as a reader will get them.</summary>
    public Tensor Add(Tensor x)
    {
        var (first, codes) = (_starts.Count - 1, sae.Encode(x));
        for (var row = 0; row < codes.Rows; row++)
        {
            var latents = codes.RowIndices(row);
            var values = codes.RowValues(row);
            var scale = SignedGrid.Scale(values, StoredCodes.LevelBits);
            for (var i = 0; i < latents.Length; i++)
                if (SignedGrid.LevelOf(values[i], scale, StoredCodes.LevelBits) is not 0 and var level) _words.Add(latents[i] << StoredCodes.LevelBits | level & (1 << StoredCodes.LevelBits) - 1);
            _starts.Add(_words.Count);
            _scales.Add(scale);
        }
        var kept = sae.Decode(Entries(CollectionsMarshal.AsSpan(_starts)[first..], CollectionsMarshal.AsSpan(_words), CollectionsMarshal.AsSpan(_scales)[first..], form.DSae));
        for (var row = 0; form.ResidualBits > 0 && row < x.RowCount; row++) AddResidual(x.Row<float>(row), kept.Row<float>(row));
        return kept;
    }

    /// <summary>The tensors of a shard.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors(string hook)
    {
        yield return ($"{hook}.starts", Tensor.Of(_starts.ToArray(), _starts.Count));
        yield return ($"{hook}.entries", Tensor.Of(_words.ToArray(), _words.Count));
        yield return ($"{hook}.scale", Tensor.Of(_scales.ToArray(), _scales.Count));
        if (form.ResidualBits == 0) yield break;
        yield return ($"{hook}.residual", Tensor.Of(_residual.ToArray(), _scales.Count, form.ResidualWords(width)));
        yield return ($"{hook}.residual_scale", Tensor.Of(_residualScales.ToArray(), _scales.Count));
    }

    /// <summary>Bytes of these tensors.</summary>
    public long Bytes => sizeof(int) * ((long)_starts.Count + _words.Count + _scales.Count + _residual.Count + _residualScales.Count);

    /// <summary>The codes of consecutive rows, from their <paramref name="starts"/> [rows + 1] in <paramref name="words"/> and their <paramref name="scales"/>.</summary>
    public static SparseCodes Entries(ReadOnlySpan<int> starts, ReadOnlySpan<int> words, ReadOnlySpan<float> scales, int dSae)
    {
        var own = words[starts[0]..starts[^1]];
        var (rowStarts, latents, values) = (new int[starts.Length], new int[own.Length], new float[own.Length]);
        for (var row = 0; row < scales.Length; row++)
        {
            rowStarts[row + 1] = starts[row + 1] - starts[0];
            for (var i = rowStarts[row]; i < rowStarts[row + 1]; i++)
            {
                latents[i] = own[i] >>> StoredCodes.LevelBits;
                values[i] = (own[i] << (32 - StoredCodes.LevelBits) >> (32 - StoredCodes.LevelBits)) * scales[row];
            }
        }
        return new(dSae, rowStarts, latents, values);
    }

    /// <summary>x += the residual of one row.</summary>
    public static void AddResidual(ReadOnlySpan<int> words, float scale, int bits, Span<float> x)
    {
        var perWord = 32 / bits;
        for (var i = 0; i < x.Length; i++)
            x[i] += (words[i / perWord] << (32 - bits - i % perWord * bits) >> (32 - bits)) * scale;
    }

    private void AddResidual(ReadOnlySpan<float> x, Span<float> kept)
    {
        var (rest, words, bits) = (new float[width], new int[form.ResidualWords(width)], form.ResidualBits);
        TensorPrimitives.Subtract(x, kept, rest);
        var (scale, perWord) = (SignedGrid.Scale(rest, bits), 32 / bits);
        for (var i = 0; i < rest.Length; i++)
            words[i / perWord] |= (SignedGrid.LevelOf(rest[i], scale, bits) & (1 << bits) - 1) << i % perWord * bits;
        _residual.AddRange(words);
        _residualScales.Add(scale);
        AddResidual(words, scale, bits, kept);
    }
}
