using System.Numerics;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Chooses the ⌊k · batch⌋ largest positive latents of a batch, and learns the threshold that stands for that choice at inference.</summary>
/// <remarks>
/// Each row first keeps its m largest; where all m of a row are among the batch's largest there might be one more, and it is done again with twice the slots. So the choice is
/// exact. Ties go to the smaller row, then to the smaller latent.
/// </remarks>
internal sealed class BatchChoice(StepSetting setting, SparseTerm term)
{
    private readonly KSchedule _k = new(setting);
    private int _slots = Slots(setting);
    private double[] _kept = [];
    private double? _smallest;

    public LearntThreshold Threshold { get; } = new(setting.Options);

    /// <summary>m of the first batch.</summary>
    public static int Slots(StepSetting setting) => (int)Math.Clamp(4 * Math.Ceiling(new KSchedule(setting).Largest), 1, setting.DSae);

    /// <summary>Fills the term's slots with the chosen latents of <paramref name="input"/> [batch, dIn], times <paramref name="norms"/> where not null.</summary>
    public void Select(Tensor input, PackedMatrix encoder, Tensor bias, Tensor? norms, int step)
    {
        var count = (int)(_k.At(step) * input.RowCount);
        term.Resize(_slots);
        setting.Backend.EncodeTopK(input, encoder, bias, norms, term.Values, term.Indices);
        while (!Keep(count))
        {
            term.Resize(_slots = Math.Min(2 * _slots, setting.DSae));
            setting.Backend.EncodeTopK(input, encoder, bias, norms, term.Values, term.Indices);
        }
    }

    /// <summary>Learns from the choice of step t.</summary>
    public void Learn(int step) => Threshold.Update(step, _smallest);

    private bool Keep(int count) => setting.Type == DType.F64 ? Keep<double>(count) : Keep<float>(count);

    /// <summary>Empties all slots but the largest; false where a row might have more of those than slots.</summary>
    private bool Keep<T>(int count) where T : unmanaged, INumber<T>
    {
        var values = term.Values.Span<T>();
        var indices = term.Indices.Span<int>();
        if (_kept.Length < values.Length) _kept = new double[values.Length];
        var positive = 0;
        for (var i = 0; i < values.Length; i++)
            if (indices[i] >= 0) _kept[positive++] = double.CreateTruncating(values[i]);
        count = Math.Min(count, positive);
        var all = _kept.AsSpan(0, positive);
        all.Sort();
        _smallest = count == 0 ? null : all[positive - count];
        var limit = _smallest ?? double.PositiveInfinity;
        var ties = count - (positive - UpperBound(all, limit));               // how many that equal the smallest are kept
        for (var i = 0; i < values.Length; i++)
        {
            var value = double.CreateTruncating(values[i]);
            if (indices[i] < 0 || value > limit || value == limit && ties-- > 0) continue;
            (values[i], indices[i]) = (T.Zero, -1);
        }
        for (var last = _slots - 1; last < indices.Length && _slots < setting.DSae; last += _slots)
            if (indices[last] >= 0) return false;
        return true;
    }

    /// <summary>How many of the ascending numbers are not above the limit.</summary>
    private static int UpperBound(ReadOnlySpan<double> ascending, double limit)
    {
        var (low, high) = (0, ascending.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ascending[middle] > limit) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}
