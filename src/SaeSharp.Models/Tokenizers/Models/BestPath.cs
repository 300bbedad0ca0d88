using System.Buffers;
using System.Text;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>The way to cut a text into tokens whose scores have the largest sum (Viterbi); a character without a token of its own may stand alone as unknown.</summary>
/// <remarks>Keeps one id for each unit of the text and the scores of as many places as the longest token reaches.</remarks>
/// <param name="tokens">All tokens by id; null where an id may not be used.</param>
/// <param name="options">What their scores are.</param>
internal sealed class BestPath(IReadOnlyList<string?> tokens, BestPath.Options options)
{
    /// <summary>The id of an unknown character.</summary>
    public const int Unknown = -1;

    private const int Unreached = -2;

    private readonly TokenTrie trie = new(LastOfEach(tokens));
    private readonly int longest = tokens.Select(token => token?.Length ?? 0).Append(1).Max();

    internal sealed record Options
    {
        /// <summary>The score of each id.</summary>
        public required double[] Scores { get; init; }

        /// <summary>The score of an unknown character.</summary>
        public required double UnknownScore { get; init; }

        /// <summary>Rounds each sum to 32 bits, as sentencepiece does; Hugging Face keeps 64. Near ties fall differently.</summary>
        public bool SinglePrecision { get; init; }
    }

    /// <summary>The ids of the best cut, first to last; the length of <see cref="Unknown"/> is that of a character.</summary>
    public int[] Find(ReadOnlySpan<char> text)
    {
        if (text.Length == 0) return [];
        // The score of the best path to place i, at i modulo the size of the window, and the id that ends there.
        var window = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(Math.Min(longest, text.Length) + 1, 2 + 1));
        var scores = ArrayPool<double>.Shared.Rent(window);
        var last = ArrayPool<int>.Shared.Rent(text.Length + 1);
        try
        {
            last.AsSpan(0, text.Length + 1).Fill(Unreached);
            scores[0] = 0;
            for (int start = 0, length; start < text.Length; start += length)
            {
                length = char.IsHighSurrogate(text[start]) ? 2 : 1;
                Extend(text, start, length, scores.AsSpan(0, window), last);
            }
            return Backtrack(text, last);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(scores);
            ArrayPool<int>.Shared.Return(last);
        }
    }

    /// <summary>Tries every token that begins at <paramref name="start"/>.</summary>
    private void Extend(ReadOnlySpan<char> text, int start, int length, Span<double> scores, int[] last)
    {
        var mask = scores.Length - 1;
        var here = scores[start & mask];
        var stands = false;   // a token for the single character
        var node = TokenTrie.Root;
        for (var end = start + 1; end <= text.Length && (node = trie.Step(node, text[end - 1])) >= 0; end++)
        {
            if (trie.IdAt(node) is not { } id) continue;
            Offer(id, options.Scores[id] + here, end, scores, last);
            stands |= end == start + length;
        }
        if (!stands) Offer(Unknown, options.UnknownScore + here, start + length, scores, last);
    }

    private void Offer(int id, double score, int end, Span<double> scores, int[] last)
    {
        ref var best = ref scores[end & (scores.Length - 1)];
        if (options.SinglePrecision) score = (float)score;
        if (last[end] != Unreached && score <= best) return;   // the first of equals stays
        best = score;
        last[end] = id;
    }

    /// <summary>Gathers the ids at the end of <paramref name="last"/>, which is read faster than it is overwritten: a token is a place or more.</summary>
    private int[] Backtrack(ReadOnlySpan<char> text, int[] last)
    {
        var first = text.Length + 1;
        for (var end = text.Length; end > 0; end -= LengthOf(last[first], text[..end])) last[--first] = last[end];
        return last[first..(text.Length + 1)];
    }

    private int LengthOf(int id, ReadOnlySpan<char> text) => id >= 0 ? tokens[id]!.Length : Rune.DecodeLastFromUtf16(text, out _, out var length) == OperationStatus.Done ? length : 1;

    private static IEnumerable<(string, int)> LastOfEach(IReadOnlyList<string?> tokens)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < tokens.Count; id++)
        {
            if (tokens[id] is { } token) ids[token] = id;
        }
        return ids.Select(entry => (entry.Key, entry.Value));
    }
}
