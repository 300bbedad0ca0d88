using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models.Training;

/// <summary>Rows of tokens and the token that follows each: pieces of documents one after another, none of which sees another.</summary>
/// <remarks>Filled anew for each step, so that steps allocate nothing. A target of <see cref="NoTarget"/> gives no loss.</remarks>
public sealed class TrainingBatch
{
    /// <summary>In place of a target: this row is not counted.</summary>
    public const int NoTarget = -1;

    private int[] _ids, _targets, _positions;
    private SequenceSpan[] _sequences = new SequenceSpan[16];
    private int _sequenceCount;

    /// <param name="capacity">Rows it has room for at first.</param>
    public TrainingBatch(int capacity) => (_ids, _targets, _positions) = (new int[capacity], new int[capacity], new int[capacity]);

    /// <summary>Rows in it.</summary>
    public int Rows { get; private set; }

    /// <summary>Rows with a target.</summary>
    public int Counted { get; private set; }

    /// <summary>Token ids, [rows].</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Rows);

    /// <summary>The token that follows each row, or <see cref="NoTarget"/>, [rows].</summary>
    public ReadOnlySpan<int> Targets => _targets.AsSpan(0, Rows);

    /// <summary>Each row's place in its sequence, [rows].</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Rows);

    /// <summary>Which rows form each sequence.</summary>
    public ReadOnlySpan<SequenceSpan> Sequences => _sequences.AsSpan(0, _sequenceCount);

    /// <summary>Rows of the longest sequence.</summary>
    public int LongestSequence { get; private set; }

    /// <summary>A batch in which every token of a sequence but the last has the next one as its target.</summary>
    public static TrainingBatch Of(params IReadOnlyList<int[]> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        var batch = new TrainingBatch(Math.Max(1, sequences.Sum(ids => ids.Length)));
        foreach (var ids in sequences) batch.Add(ids, [.. ids.Skip(1), NoTarget]);
        return batch;
    }

    /// <summary>Takes everything out.</summary>
    public void Clear() => (Rows, Counted, LongestSequence, _sequenceCount) = (0, 0, 0, 0);

    /// <summary>Adds a sequence of tokens with their targets.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or there is nothing.</exception>
    public void Add(ReadOnlySpan<int> ids, ReadOnlySpan<int> targets)
    {
        if (ids.Length != targets.Length || ids.Length == 0) throw new ArgumentException($"{ids.Length} tokens have {targets.Length} targets, expected as many and at least one.", nameof(targets));
        Grow(Rows + ids.Length);
        ids.CopyTo(_ids.AsSpan(Rows));
        targets.CopyTo(_targets.AsSpan(Rows));
        for (var i = 0; i < ids.Length; i++)
        {
            _positions[Rows + i] = i;
            if (targets[i] != NoTarget) Counted++;
        }
        _sequences[_sequenceCount++] = new(Rows, ids.Length);
        Rows += ids.Length;
        LongestSequence = Math.Max(LongestSequence, ids.Length);
    }

    private void Grow(int rows)
    {
        if (_sequenceCount == _sequences.Length) Array.Resize(ref _sequences, 2 * _sequenceCount);
        if (rows <= _ids.Length) return;
        var room = Math.Max(rows, (int)Math.Min(2L * _ids.Length, Array.MaxLength));
        Array.Resize(ref _ids, room);
        Array.Resize(ref _targets, room);
        Array.Resize(ref _positions, room);
    }
}
