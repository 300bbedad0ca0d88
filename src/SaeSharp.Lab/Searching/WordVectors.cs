using System.Numerics.Tensors;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Searching;

/// <summary>What words mean to a language model: the directions in which its unembedding says their tokens. Words that are said in the same places lie near each other; nothing is fetched and nothing leaves the machine.</summary>
/// <remarks>A word's vector is the mean of W_U[token] over the tokens of " word", less the mean over the vocabulary (of up to 2,048 tokens spread over it), at length 1.</remarks>
internal sealed class WordVectors
{
    private const int Spread = 2048;
    private readonly LanguageModel _model;
    private readonly float[] _centre;

    public WordVectors(LanguageModel model)
    {
        _model = model;
        var step = Math.Max(1, model.Transformer.Spec.DVocab / Spread);
        _centre = Mean([.. Enumerable.Range(0, Math.Min(Spread, model.Transformer.Spec.DVocab)).Select(i => i * step)]);
    }

    /// <summary>[dModel]; null for a word that the tokenizer cannot spell: what stands for unknown words means nothing.</summary>
    public float[]? Of(string word)
    {
        int[] ids = [.. _model.Tokenizer.EncodeIds(" " + word, addSpecial: false).Where(id => id < _model.Transformer.Spec.DVocab)];
        if (ids.Length == 0 || !string.Equals(_model.Tokenizer.Decode(ids).Trim(), word, StringComparison.OrdinalIgnoreCase)) return null;
        var vector = Mean(ids);
        TensorPrimitives.Subtract(vector, _centre, vector);
        var length = TensorPrimitives.Norm<float>(vector);
        if (!(length > 0) || !float.IsFinite(length)) return null;
        TensorPrimitives.Divide(vector, length, vector);
        return vector;
    }

    private float[] Mean(int[] ids)
    {
        var directions = _model.Transformer.LogitDirections(ids).To(DType.F32);                          // W_U[ids]   [n, dModel]
        var mean = new float[directions.Columns];
        for (var row = 0; row < ids.Length; row++) TensorPrimitives.Add<float>(mean, directions.Row<float>(row), mean);
        directions.Free();
        TensorPrimitives.Divide(mean, ids.Length, mean);
        return mean;
    }
}
