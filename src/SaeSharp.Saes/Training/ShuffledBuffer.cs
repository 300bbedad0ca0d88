using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training;

/// <summary>Shuffled batches from an <see cref="ActivationStream"/> in a fixed block of memory, half of which is refilled at a time (<see cref="ShuffleDeal"/> says how tokens are dealt).</summary>
/// <remarks>
/// What a batch holds follows from its number alone: a run that resumes at batch t reads at most three chunks again, one and a half times what the buffer holds, and
/// because a row of the model never depends on the rows beside it, it gets the same bits. So checkpoints hold no activations. When a whole epoch fits, it is read once.
/// Roads not taken: reading ahead on another thread. Harvest and training both use every core, so that the one would only take from the other.
/// </remarks>
public sealed class ShuffledBuffer : ActivationSource
{
    /// <summary>Rows by which loads run ahead of their use.</summary>
    private const int Ahead = 8;

    private readonly ActivationStream _stream;
    private readonly ShuffleDeal _deal;
    private readonly Tensor _rows;
    private readonly int[] _order, _phases, _free;
    private readonly Dictionary<int, List<int>> _due = []; // slots by phase, in the order of their tokens
    private int _freeCount;
    private (long Epoch, int Phase) _loaded = (-1, -1);
    private (long Epoch, int Phase, int Count) _ordered = (-1, -1, 0);

    /// <param name="stream">Where activations come from.</param>
    /// <param name="batchSize">Activations in a batch.</param>
    /// <param name="memoryMiB">Size of the block in MiB; less is taken where an epoch is smaller.</param>
    /// <param name="seed">Seed of the shuffle.</param>
    /// <param name="storage">f32, or bf16: half the memory a token, and each number rounded to 8 bits.</param>
    /// <exception cref="OptionException">An epoch is smaller than one batch, or the memory than two.</exception>
    public ShuffledBuffer(ActivationStream stream, int batchSize, int memoryMiB, int seed, DType storage = DType.F32)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (storage is not (DType.F32 or DType.BF16)) throw OptionException.Invalid($"A shuffle buffer cannot hold {storage}.", "Choose f32 or bf16.");
        (_stream, BatchSize) = (stream, OptionException.Positive(batchSize));
        if (stream.TokensPerEpoch < batchSize)
            throw OptionException.Invalid($"The texts hold {stream.TokensPerEpoch} tokens to train on, fewer than one batch of {batchSize}.", "Give more text or a smaller batch.");

        var capacity = ((long)OptionException.Positive(memoryMiB) << 20) / storage.Size() / stream.DIn;
        if (capacity < stream.TokensPerEpoch && capacity / batchSize < 2)
            throw OptionException.Invalid($"A buffer of {memoryMiB} MiB holds less than two batches of {BatchSize} activations of {stream.DIn} numbers.", "Give it more memory or take smaller batches.");
        _deal = new(stream.TokensPerEpoch, batchSize, capacity, seed);
        _rows = Tensor.Zeros(storage, _deal.Capacity, stream.DIn);
        (_order, _free, _phases) = (new int[_deal.Capacity], new int[_deal.Capacity], new int[_deal.Count(0)]);
    }

    public override int DIn => _stream.DIn;

    public override int BatchSize { get; }

    public override long TokensPerEpoch => _stream.TokensPerEpoch;

    /// <summary>Tokens that the buffer holds.</summary>
    public int Capacity => _deal.Capacity;

    /// <summary>Memory of the buffer in bytes, with four numbers a token to keep order.</summary>
    public long Bytes => _rows.Bytes + ((long)_order.Length + _free.Length + _free.Length + _phases.Length) * sizeof(int);

    public override void Fill(long batch, Tensor x, CancellationToken cancel)
    {
        Shape.Require(x, DType.F32, [("batch", BatchSize), ("dIn", DIn)]);
        Fill(batch, 0, x, cancel);
    }

    /// <summary>Writes the columns from <paramref name="column"/> on of a batch into <paramref name="x"/> [batch, columns]: for rows that carry several things.</summary>
    public void Fill(long batch, int column, Tensor x, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        Shape.Require(x, DType.F32, [("batch", BatchSize), ("columns", x.Columns)]);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)column, (uint)(DIn - x.Columns), nameof(column));
        var (epoch, inEpoch) = Math.DivRem(batch, _deal.BatchesPerEpoch);
        var (phase, inPhase) = _deal.Place(inEpoch);
        Load(_deal.HoldsEpoch ? 0 : epoch, phase, cancel);
        var slots = _due[phase];
        Order(epoch, phase, slots.Count);
        var first = (int)inPhase * BatchSize;
        for (var i = 0; i < BatchSize; i++)
        {
            if (i + Ahead < BatchSize) _rows.Prefetch(slots[_order[first + i + Ahead]]);
            _rows.ConvertRow(slots[_order[first + i]], column, x, i, 0, x.Columns);
        }
    }

    /// <summary>As <see cref="ActivationSource.MeanNorm"/>, in the order of the stream's first epoch; reads all of it where it does not fit in memory.</summary>
    public override double MeanNorm(long? tokens, CancellationToken cancel) => Mean(tokens, Math.Sqrt, cancel);

    public override double MeanSquaredNorm(long? tokens, CancellationToken cancel) => Mean(tokens, squares => squares, cancel);

    /// <summary>Hands the first rows of the stream's first epoch, or all of them, to <paramref name="take"/> one by one as [1, dIn], f32, rounded as the buffer keeps them.</summary>
    /// <returns>How many they were.</returns>
    internal long ForEach(long? tokens, Action<Tensor> take, CancellationToken cancel)
    {
        var count = Math.Min(tokens ?? TokensPerEpoch, TokensPerEpoch);
        var row = Tensor.Zeros(DType.F32, 1, DIn);
        if (_deal.HoldsEpoch)
        {
            Load(0, 0, cancel);
            for (var i = 0; i < count; i++) Take(_rows, i);
        }
        else
        {
            var rounded = Tensor.Zeros(_rows.DType, 1, DIn);
            _stream.Read(0, 0, count, piece =>
            {
                for (var i = 0; i < piece.RowCount; i++)
                {
                    piece.ConvertRow(i, rounded, 0);
                    Take(rounded, 0);
                }
            }, cancel);
        }
        return count;

        void Take(Tensor rows, int i)
        {
            rows.ConvertRow(i, row, 0);
            take(row);
        }
    }

    /// <summary>Σ x² in f64.</summary>
    internal static double Squares(ReadOnlySpan<float> x)
    {
        var squares = 0.0;
        foreach (var value in x) squares += (double)value * value;
        return squares;
    }

    private double Mean(long? tokens, Func<double, double> of, CancellationToken cancel)
    {
        var sum = 0.0;
        var count = ForEach(tokens, row => sum += of(Squares(row.Row<float>(0))), cancel);
        return sum / count;
    }

    /// <summary>Makes the tokens of a phase lie in the buffer: by one refill where the phase before it does, else by reading all that the buffer then holds.</summary>
    private void Load(long epoch, int phase, CancellationToken cancel)
    {
        if (_loaded == (epoch, phase)) return;
        var (first, last) = _deal.ChunksOf(phase);
        if (phase > 0 && _loaded == (epoch, phase - 1))
        {
            Release(phase - 1);
            first = phase + 1;
        }
        else Empty();
        _loaded = (-1, -1); // until all of it is there
        for (var chunk = first; chunk <= last; chunk++) Read(epoch, chunk, phase, cancel);
        _loaded = (epoch, phase);
    }

    /// <summary>Puts those tokens of a chunk into free slots that are due in <paramref name="phase"/> or later.</summary>
    private void Read(long epoch, int chunk, int phase, CancellationToken cancel)
    {
        var count = _deal.Count(chunk);
        _deal.Deal(epoch, chunk, _order, _phases.AsSpan(0, count));
        _ordered = (-1, -1, 0);
        var next = 0;
        _stream.Read(checked((int)epoch), _deal.Start(chunk), count, piece =>
        {
            for (var i = 0; i < piece.RowCount; i++)
            {
                var due = _phases[next++];
                if (due < phase) continue;
                var slot = _free[--_freeCount];
                if (_freeCount >= Ahead) _rows.Prefetch(_free[_freeCount - Ahead]);
                piece.ConvertRow(i, _rows, slot);
                Due(due).Add(slot);
            }
        }, cancel);
        if (next != count) throw new InvalidOperationException($"The stream gave {next} rows from {_deal.Start(chunk)} on, expected {count}.");
    }

    private List<int> Due(int phase)
    {
        if (!_due.TryGetValue(phase, out var slots)) _due[phase] = slots = [];
        return slots;
    }

    private void Release(int phase)
    {
        if (!_due.Remove(phase, out var slots)) return;
        foreach (var slot in slots) _free[_freeCount++] = slot;
    }

    private void Empty()
    {
        _due.Clear();
        _freeCount = _free.Length;
        for (var i = 0; i < _free.Length; i++) _free[i] = _free.Length - 1 - i; // slot 0 is taken first
    }

    private void Order(long epoch, int phase, int count)
    {
        if (_ordered == (epoch, phase, count)) return;
        _deal.Order(epoch, phase, _order.AsSpan(0, count));
        _ordered = (epoch, phase, count);
    }
}
