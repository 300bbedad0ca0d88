using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models;

/// <summary>Token ids of one or several sequences, one after another without padding.</summary>
/// <remarks>A row's result does not depend on the rows beside it, so a batch gives each sequence the bits it gets alone.</remarks>
public sealed class TokenBatch
{
    private readonly int[] _ids;
    private readonly int[] _positions;
    private readonly SequenceSpan[] _sequences;

    private TokenBatch(int[] ids, int[] positions, SequenceSpan[] sequences) => (_ids, _positions, _sequences) = (ids, positions, sequences);

    /// <summary>All ids, [rows].</summary>
    public ReadOnlySpan<int> Ids => _ids;

    /// <summary>Which rows form each sequence.</summary>
    public ReadOnlySpan<SequenceSpan> Sequences => _sequences;

    /// <summary>Each row's place in its sequence, counted from 0, [rows].</summary>
    public ReadOnlySpan<int> Positions => _positions;

    /// <summary>Number of tokens of all sequences together.</summary>
    public int Rows => _ids.Length;

    /// <summary>A batch of the given sequences, in order.</summary>
    /// <exception cref="OptionException">A sequence has no token.</exception>
    public static TokenBatch Of(params IReadOnlyList<int[]> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        var rows = sequences.Sum(sequence => sequence.Length);
        var (ids, positions, spans) = (new int[rows], new int[rows], new SequenceSpan[sequences.Count]);
        var start = 0;
        for (var s = 0; s < spans.Length; s++)
        {
            var count = sequences[s].Length;
            if (count == 0) throw OptionException.Invalid($"Sequence {s} has no token, expected at least one.", "Leave empty texts out, or let the tokenizer add its start token.");
            sequences[s].CopyTo(ids, start);
            for (var i = 0; i < count; i++) positions[start + i] = i;
            spans[s] = new(start, count);
            start += count;
        }
        return new(ids, positions, spans);
    }
}
