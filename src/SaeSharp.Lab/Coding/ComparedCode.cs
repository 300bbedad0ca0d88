using SaeSharp.Numerics;
using SaeSharp.Saes;
using SaeSharp.Saes.Metrics;
using SaeSharp.Saes.SparseCoding;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Lab.Coding;

/// <summary>What one way to code came to over all tokens.</summary>
internal sealed class ComparedCode(string name)
{
    private readonly FractionOfVarianceUnexplained _fvu = new();
    private double _seconds, _shared, _lengths;
    private long _tokens, _features, _withFeatures, _withLength;

    public LossSum Losses { get; } = new();

    public void Add(Tensor x, Tensor reconstruction, Tensor signals, AtomDictionary dictionary, SparseCodes codes, int[][] encoder, double seconds)
    {
        _fvu.Add(new MetricBatch(x, reconstruction, codes));
        (_seconds, _tokens, _features) = (_seconds + seconds, _tokens + codes.Rows, _features + codes.Indices.Length);
        var sum = new double[dictionary.Width];
        for (var row = 0; row < codes.Rows; row++)
        {
            var used = codes.RowIndices(row);
            if (encoder[row].Length > 0)
            {
                var both = encoder[row].ToHashSet();
                both.IntersectWith(used.ToArray());
                (_shared, _withFeatures) = (_shared + (double)both.Count / encoder[row].Length, _withFeatures + 1);
            }
            if (TensorPrimitives.Norm<float>(signals.Row<float>(row)) is not (> 0 and var length)) continue;
            Array.Clear(sum);
            for (var i = 0; i < used.Length; i++) dictionary.AddTo(used[i], codes.RowValues(row)[i], sum);
            (_lengths, _withLength) = (_lengths + TensorPrimitives.Norm<double>(sum) / length, _withLength + 1);
        }
    }

    public CodeComparison Describe(double? original, double? zero) => new(
        name, Ratio(_features, _tokens), _fvu.Value.Number, Losses.Mean, Losses.Recovered(original, zero), Ratio(_shared, _withFeatures), Ratio(_lengths, _withLength), Ratio(_seconds, _tokens) ?? 0);

    private static double? Ratio(double sum, long count) => count > 0 ? sum / count : null;
}
