using SaeSharp.Models.Tokenizers.Models;

namespace SaeSharp.Models.Tokenizers.SentencePiece;

/// <summary>sentencepiece's BPE: neighbours whose texts together are a piece merge, the best score first, of equal ones the leftmost. User-defined pieces are never merged.</summary>
/// <remarks>Not <see cref="Bpe"/>: here any two neighbours may make a piece, whatever they are made of, and equal scores tie.</remarks>
internal sealed class PieceBpe : TokenModel
{
    private readonly PieceVocabulary pieces;
    private readonly int[] ranks;             // of each id, 0 the best; equal scores have equal ranks
    private readonly SeamFilter seams = new();
    private readonly bool hasUnused;

    public PieceBpe(PieceVocabulary pieces)
    {
        this.pieces = pieces;
        var scores = Enumerable.Range(0, pieces.Count).Select(pieces.ScoreOf).ToArray();
        var rankOf = scores.Distinct().OrderDescending().Select((score, rank) => (score, rank)).ToDictionary(entry => entry.score, entry => entry.rank);
        ranks = [.. scores.Select(score => rankOf[score])];
        for (var id = 0; id < pieces.Count; id++)
        {
            var text = pieces.TextOf(id)!;
            for (var i = 1; i < text.Length; i++) seams.Add(text[i - 1], text[i]);
            hasUnused |= pieces.KindOf(id) == PieceKind.Unused;
        }
    }

    /// <summary>A symbol of the chain: some units of the text.</summary>
    /// <param name="Start">Its first unit.</param>
    /// <param name="Length">Its units; 0 once it has been merged into its left neighbour.</param>
    private record struct Link(int Start, int Length) : IChainLink
    {
        public int Previous { get; set; }

        public int Next { get; set; }

        /// <summary>The piece that it makes with its right neighbour, or -1.</summary>
        public int Pair { get; set; }

        /// <summary>Whether it is user-defined.</summary>
        public bool Frozen { get; set; }

        public readonly bool IsMerged => Length == 0;
    }

    public override int Count => pieces.Count;

    public override int? IdOf(ReadOnlySpan<char> token) => pieces.IdOf(token);

    public override string? TokenOf(int id) => pieces.TextOf(id);

    public override void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> tokens)
    {
        var first = tokens.Count;
        // What an unused piece is taken apart into depends on all that was tried in the text, so that such a text is one window.
        var taken = hasUnused ? new UnusedPieces(pieces) : null;
        for (var size = taken is null ? ChainWindow<Link>.SmallestSize : piece.Length + 1; !TryTokenize(piece, size, taken, tokens); size = checked(size * ChainWindow<Link>.Growth)) tokens.RemoveRange(first, tokens.Count - first);
    }

    /// <summary>Merges in windows; false where larger ones are needed.</summary>
    private bool TryTokenize(ReadOnlySpan<char> piece, int size, UnusedPieces? taken, List<ModelToken> tokens)
    {
        var first = tokens.Count;
        var window = new ChainWindow<Link>(size);
        try
        {
            for (int start = 0, length; start < piece.Length; start += length)
            {
                length = pieces.UserDefined.LongestIn(piece[start..], out _);
                var frozen = length > 0;
                if (!frozen) length = char.IsHighSurrogate(piece[start]) ? 2 : 1;
                // No merge reaches across a seam that no piece has: what is left of it is done with.
                var isSeam = taken is null && start > 0 && !seams.MayJoin(piece[start - 1], piece[start]);
                if ((isSeam || window.IsFull) && !TryFinish(piece, ref window, isSeam, taken, tokens, first)) return false;
                window.Add(new(start, length) { Frozen = frozen });
            }
            return TryFinish(piece, ref window, isLast: true, taken, tokens, first);
        }
        finally { window.Dispose(); }
    }

    private bool TryFinish(ReadOnlySpan<char> piece, ref ChainWindow<Link> window, bool isLast, UnusedPieces? unused, List<ModelToken> tokens, int first)
    {
        var chain = window.ToMerge(isLast);
        if (chain.Length > 1) Merge(piece, chain, unused);
        if (!window.TrySettle(isLast, out var settled)) return false;
        foreach (var link in settled)
        {
            if (link.IsMerged) continue;
            if (unused is null) Emit(piece, link.Start, link.Start + link.Length, tokens, first);
            else foreach (var (start, end) in unused.TakeApart(piece, link.Start, link.Start + link.Length)) Emit(piece, start, end, tokens, first);
        }
        return true;
    }

    private void Emit(ReadOnlySpan<char> piece, int start, int end, List<ModelToken> tokens, int first) =>
        pieces.Emit(piece, start, end, pieces.IdOf(piece[start..end]) ?? pieces.UnknownId, tokens, first);

    private void Merge(ReadOnlySpan<char> piece, Span<Link> chain, UnusedPieces? unused)
    {
        const int small = 64;
        var queue = new MergeQueue(stackalloc ulong[small]);
        for (var i = 0; i < chain.Length; i++) (chain[i].Previous, chain[i].Next) = (i - 1, i + 1 < chain.Length ? i + 1 : -1);
        for (var i = 0; i < chain.Length; i++)
        {
            if (Pair(piece, chain, i, unused)) queue.Append(ranks[chain[i].Pair], i);
        }
        queue.Order();
        while (queue.Count > 0)
        {
            var (rank, position) = queue.Pop();
            ref var left = ref chain[position];
            // An entry has expired where its pair was merged otherwise in the meantime.
            if (left.Length == 0 || left.Pair < 0 || ranks[left.Pair] != rank) continue;
            ref var right = ref chain[left.Next];
            left.Length += right.Length;
            left.Next = right.Next;
            right.Length = 0;
            if (left.Next >= 0) chain[left.Next].Previous = position;
            if (left.Previous >= 0 && Pair(piece, chain, left.Previous, unused)) queue.Push(ranks[chain[left.Previous].Pair], left.Previous);
            if (Pair(piece, chain, position, unused)) queue.Push(ranks[left.Pair], position);
        }
        queue.Dispose();
    }

    /// <summary>Looks up what a symbol makes with its right neighbour.</summary>
    private bool Pair(ReadOnlySpan<char> piece, Span<Link> chain, int index, UnusedPieces? unused)
    {
        ref var left = ref chain[index];
        left.Pair = -1;
        if (left.Next < 0 || left.Frozen || chain[left.Next].Frozen) return false;
        var (middle, end) = (chain[left.Next].Start, chain[left.Next].Start + chain[left.Next].Length);
        left.Pair = pieces.MergedId(piece[left.Start..end]);
        if (left.Pair >= 0) unused?.Note(left.Pair, left.Start, middle, end);
        return left.Pair >= 0;
    }
}
