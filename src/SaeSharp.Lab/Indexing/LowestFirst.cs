namespace SaeSharp.Lab.Indexing;

/// <summary>Numbers from the lowest on, where few of many are asked for: a heap, made in linear time.</summary>
internal static class LowestFirst
{
    public static IEnumerable<long> Of(IEnumerable<long> numbers)
    {
        var heap = new PriorityQueue<long, long>(numbers.Select(number => (number, number)));
        while (heap.TryDequeue(out var number, out _)) yield return number;
    }
}
