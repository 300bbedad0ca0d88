namespace SaeSharp.Models.Generation;

/// <summary>The model's memory of prompts it has read lately: a prompt that begins like one of them is not read again up to where they part.</summary>
/// <remarks>
/// Only of prompts that nobody hooked. A state that goes on from here has the bits of one that read everything. Bounded by bytes and by number; the one
/// longest unused goes first. Linear attention goes on only where a whole prompt ended, as its states cannot be cut. Safe for several threads.
/// </remarks>
internal sealed class PrefixCache(Transformer model)
{
    public const int MostPrompts = 16;
    public const long MostBytes = 64 << 20;

    private readonly LinkedList<(int[] Ids, DecodingState State)> _kept = []; // the latest used first
    private readonly Lock _lock = new();

    /// <summary>Prompts remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _kept.Count;
        }
    }

    /// <summary>A state that holds as much of <paramref name="prompt"/> as is known, all but its last token at most.</summary>
    public DecodingState Begin(int[] prompt, int capacity)
    {
        lock (_lock)
        {
            LinkedListNode<(int[] Ids, DecodingState State)>? best = null;
            var known = 0;
            for (var node = _kept.First; node is not null; node = node.Next)
            {
                var common = Math.Min(node.Value.Ids.AsSpan().CommonPrefixLength(prompt), prompt.Length - 1);
                if (common > known && node.Value.State.Reaches(common)) (best, known) = (node, common);
            }
            if (best is null) return new(model, capacity);
            _kept.Remove(best);
            _kept.AddFirst(best);
            return best.Value.State.Fork(known, capacity);
        }
    }

    /// <summary>Remembers a prompt that <paramref name="state"/> has read.</summary>
    public void Keep(int[] prompt, DecodingState state)
    {
        if (state.Bytes > MostBytes || state.Count != prompt.Length) return;
        lock (_lock)
        {
            foreach (var (ids, known) in _kept)
                if (ids.AsSpan().StartsWith(prompt) && known.Reaches(prompt.Length)) return;
            _kept.AddFirst((prompt.ToArray(), state.Fork(prompt.Length, prompt.Length)));
            while (_kept.Count > MostPrompts || _kept.Sum(kept => kept.State.Bytes) > MostBytes)
            {
                _kept.Last!.Value.State.Dispose();
                _kept.RemoveLast();
            }
        }
    }
}
