namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>The merges still to be tried in a long chain, in the order of <see cref="MergeQueue"/>: lowest rank first, then leftmost.</summary>
/// <remarks>A list of places for each rank, filled and emptied from left to right, so the time grows with the length of the chain; a heap of all places misses the cache at each step.</remarks>
internal sealed class RankBuckets
{
    private readonly Dictionary<int, Bucket> buckets = [];
    private readonly PriorityQueue<Bucket, int> waiting = new();
    private Bucket? current;

    public void Push(int rank, int position)
    {
        if (!buckets.TryGetValue(rank, out var bucket)) buckets.Add(rank, bucket = new(rank));
        bucket.Add(position);
        if (bucket == current) return;
        Wait(bucket);
        if (current is null || rank > current.Rank) return;
        Wait(current);
        current = null;
    }

    /// <summary>The next merge to try; false where there is none.</summary>
    public bool TryPop(out int rank, out int position)
    {
        while (current is not null || waiting.Count > 0)
        {
            if (current is null)
            {
                current = waiting.Dequeue();
                current.IsWaiting = false;
            }
            rank = current.Rank;
            if (current.TryTake(out position)) return true;
            current = null;
        }
        rank = position = -1;
        return false;
    }

    private void Wait(Bucket bucket)
    {
        if (bucket.IsWaiting) return;
        bucket.IsWaiting = true;
        waiting.Enqueue(bucket, bucket.Rank);
    }

    /// <summary>The places of one rank.</summary>
    private sealed class Bucket(int rank)
    {
        private readonly List<int> places = [];
        private readonly PriorityQueue<int, int> late = new();   // added after the first was taken
        private int taken;
        private bool begun;
        private bool sorted = true;

        public int Rank => rank;

        public bool IsWaiting { get; set; }

        public void Add(int place)
        {
            if (begun)
            {
                late.Enqueue(place, place);
                return;
            }
            if (places.Count > 0 && places[^1] > place) sorted = false;
            places.Add(place);
        }

        public bool TryTake(out int place)
        {
            if (!begun && !sorted) places.Sort();
            (begun, sorted) = (true, true);
            if (late.TryPeek(out place, out _) && (taken == places.Count || place <= places[taken]))
            {
                late.Dequeue();
                return true;
            }
            if (taken < places.Count)
            {
                place = places[taken++];
                return true;
            }
            places.Clear();
            (taken, begun) = (0, false);
            return false;
        }
    }
}
