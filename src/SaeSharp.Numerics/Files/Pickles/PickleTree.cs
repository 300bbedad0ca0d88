namespace SaeSharp.Numerics.Files.Pickles;

/// <summary>Checks what a pickle made before anybody walks it: lists may be shared, and a list may hold itself.</summary>
internal static class PickleTree
{
    private const int MaxDepth = 64;

    /// <summary>How many values a tree may have when shared parts are counted each time: a genuine pickle shares little, so its bytes are the measure.</summary>
    private static long MostValues(long bytes) => 1_000_000 + 4 * bytes;

    /// <summary>Throws unless the value is a finite tree of data, at most 64 deep.</summary>
    public static void RequireData(OpenedFile file, string part, PickleValue root, long pickleBytes)
    {
        var sizes = new Dictionary<PickleValue, (int Depth, long Count)>(ReferenceEqualityComparer.Instance);
        var open = new HashSet<PickleValue>(ReferenceEqualityComparer.Instance);
        var path = new Stack<(PickleValue Value, IReadOnlyList<PickleValue> Parts, int Next)>();
        path.Push((root, Parts(root), 0));
        open.Add(root);
        while (path.TryPop(out var step))
        {
            if (step.Next == 0) RequireFinished(file, part, step.Value);
            if (step.Next < step.Parts.Count)
            {
                var child = step.Parts[step.Next];
                path.Push(step with { Next = step.Next + 1 });
                var parts = Parts(child);
                if (parts.Count == 0) RequireFinished(file, part, child);
                else if (!sizes.ContainsKey(child))
                {
                    if (!open.Add(child)) throw FileException.Malformed(file.Path, part, "a list or dict holds itself, expected a tree");
                    path.Push((child, parts, 0));
                }
                if (path.Count > MaxDepth) throw FileException.Malformed(file.Path, part, $"it is more than {MaxDepth} levels deep");
                continue;
            }
            open.Remove(step.Value);
            var (depth, count) = (1, 1L);
            foreach (var child in step.Parts)
            {
                var inner = sizes.GetValueOrDefault(child, (1, 1));
                (depth, count) = (Math.Max(depth, 1 + inner.Depth), count + inner.Count);
            }
            if (depth > MaxDepth) throw FileException.Malformed(file.Path, part, $"it is more than {MaxDepth} levels deep");
            if (count > MostValues(pickleBytes)) throw FileException.Malformed(file.Path, part, $"it shares lists so that it has more than {MostValues(pickleBytes)} values when written out");
            sizes[step.Value] = (depth, count);
        }
    }

    private static IReadOnlyList<PickleValue> Parts(PickleValue value) => value switch
    {
        PickleValue.Tuple tuple => tuple.Parts,
        PickleValue.List list => list.Parts,
        PickleValue.Dictionary dictionary => dictionary.Pairs.Values,
        _ => [],
    };

    private static void RequireFinished(OpenedFile file, string part, PickleValue value)
    {
        if (value is PickleValue.Symbol symbol && !TorchTypes.IsType(symbol.Name))
            throw FileException.Malformed(file.Path, part, $"it holds the global {symbol.Name} itself as a value, expected data");
        if (value is PickleValue.Storage) throw FileException.Malformed(file.Path, part, "it holds a storage by itself, expected tensors over it");
    }
}
