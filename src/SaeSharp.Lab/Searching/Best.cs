namespace SaeSharp.Lab.Searching;

/// <summary>Keeps the few best of many; of equals those that came first.</summary>
/// <param name="count">How many.</param>
internal sealed class Best<T>(int count)
{
    private readonly PriorityQueue<T, (double Score, long Order)> _kept = new();
    private long _seen;
    private double _worst = double.PositiveInfinity;

    /// <summary>How many were offered.</summary>
    public long Seen => _seen;

    /// <summary>Takes it in if it is among the best so far.</summary>
    public void Offer(T item, double score)
    {
        var place = (score, -_seen++);
        if (_kept.Count == count && score <= _worst) return; // nearly all end here
        if (_kept.Count < count) _kept.Enqueue(item, place);
        else _kept.DequeueEnqueue(item, place);
        if (_kept.TryPeek(out _, out var worst)) _worst = worst.Score;
    }

    /// <summary>The best, best first.</summary>
    public IReadOnlyList<(T Item, double Score)> Take()
    {
        var sorted = new (T, double)[_kept.Count];
        for (var i = sorted.Length - 1; i >= 0; i--)
        {
            _kept.TryDequeue(out var item, out var place);
            sorted[i] = (item!, place.Score);
        }
        return sorted;
    }
}
