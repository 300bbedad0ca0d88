namespace SaeSharp.Lab.Coding;

/// <summary>The mean of next-token losses over positions that have a next token.</summary>
internal sealed class LossSum
{
    private double _sum;
    private long _count;

    public double? Mean => _count > 0 ? _sum / _count : null;

    public void Add(ReadOnlySpan<double> losses)
    {
        foreach (var loss in losses)
            if (!double.IsNaN(loss)) (_sum, _count) = (_sum + loss, _count + 1);
    }

    /// <summary>(zero − this) ÷ (zero − original); null where the ablation changes nothing.</summary>
    public double? Recovered(double? original, double? zero) => Mean is { } loss && original is { } o && zero is { } z && z != o ? (z - loss) / (z - o) : null;
}
