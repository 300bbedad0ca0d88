using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training;

/// <summary>Shuffled batches from an <see cref="ActivationStream"/> in a fixed block of memory.</summary>
/// <remarks>
/// An epoch is read in blocks of equal size, as large as the memory allows; each block is permuted by a generator seeded with (seed, epoch, block), and its batches
/// are rows of the permutation. The tokens of an epoch that fill no batch are dropped. When a whole epoch fits, it is read once and each epoch is a fresh uniform
/// permutation of all of it. What a batch holds follows from its number alone: a run that resumes at batch t reads at most one block again, and because a row of the
/// model never depends on the rows beside it, it gets the same bits. So checkpoints hold no activations.
/// Roads not taken: a ring that is refilled by halves mixes neighbouring blocks, but its content depends on the whole past, which would have to be saved or harvested again.
/// </remarks>
public sealed class ShuffledBuffer : ActivationSource
{
    private readonly ActivationStream _stream;
    private readonly int _seed;
    private readonly long _batchesPerEpoch, _batchesPerBlock;
    private readonly Tensor _rows;
    private readonly int[] _order;
    private readonly bool _holdsEpoch;
    private (long Epoch, long Block) _loaded = (-1, -1), _permuted = (-1, -1);

    /// <param name="stream">Where activations come from.</param>
    /// <param name="batchSize">Activations in a batch.</param>
    /// <param name="memoryMiB">Size of the block in MiB; less is taken where an epoch is smaller.</param>
    /// <param name="seed">Seed of the permutations.</param>
    /// <exception cref="OptionException">An epoch or the memory is smaller than one batch.</exception>
    public ShuffledBuffer(ActivationStream stream, int batchSize, int memoryMiB, int seed)
    {
        ArgumentNullException.ThrowIfNull(stream);
        (_stream, BatchSize, _seed) = (stream, OptionException.Positive(batchSize), seed);
        _batchesPerEpoch = stream.TokensPerEpoch / batchSize;
        if (_batchesPerEpoch == 0)
            throw OptionException.Invalid($"The texts hold {stream.TokensPerEpoch} tokens to train on, fewer than one batch of {batchSize}.", "Give more text or a smaller batch.");

        var capacity = ((long)OptionException.Positive(memoryMiB) << 20) / sizeof(float) / stream.DIn;
        _holdsEpoch = capacity >= stream.TokensPerEpoch && stream.TokensPerEpoch <= Array.MaxLength;
        var blocks = _holdsEpoch ? 1 : Blocks(Math.Min(capacity, Array.MaxLength) / batchSize, memoryMiB);
        _batchesPerBlock = (_batchesPerEpoch + blocks - 1) / blocks;
        var rows = checked((int)(_holdsEpoch ? stream.TokensPerEpoch : _batchesPerBlock * batchSize));
        (_rows, _order) = (Tensor.Zeros(DType.F32, rows, stream.DIn), new int[rows]);
    }

    public override int DIn => _stream.DIn;

    public override int BatchSize { get; }

    public override long TokensPerEpoch => _stream.TokensPerEpoch;

    /// <summary>Memory of the block in bytes.</summary>
    public long Bytes => _rows.Bytes + (long)_order.Length * sizeof(int);

    public override void Fill(long batch, Tensor x, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        Shape.Require(x, DType.F32, [("batch", BatchSize), ("dIn", DIn)]);
        var (epoch, inEpoch) = Math.DivRem(batch, _batchesPerEpoch);
        var (block, inBlock) = Math.DivRem(inEpoch, _batchesPerBlock);
        Load(_holdsEpoch ? 0 : epoch, block, cancel);
        Permute(epoch, block);
        var first = (int)inBlock * BatchSize;
        for (var i = 0; i < BatchSize; i++) _rows.Row<float>(_order[first + i]).CopyTo(x.Row<float>(i));
    }

    /// <summary>As <see cref="ActivationSource.MeanNorm"/>, in the order of the stream's first epoch; reads all of it where it does not fit in memory.</summary>
    public override double MeanNorm(long? tokens, CancellationToken cancel) => Mean(tokens, squares => Math.Sqrt(squares), cancel);

    public override double MeanSquaredNorm(long? tokens, CancellationToken cancel) => Mean(tokens, squares => squares, cancel);

    /// <summary>Mean of a function of ‖x‖².</summary>
    private double Mean(long? tokens, Func<double, double> of, CancellationToken cancel)
    {
        var count = Math.Min(tokens ?? TokensPerEpoch, TokensPerEpoch);
        var sum = 0.0;
        for (var start = 0L; start < count; start += _rows.RowCount)
        {
            var rows = (int)Math.Min(_rows.RowCount, count - start);
            if (_holdsEpoch) Load(0, 0, cancel);
            else Read(0, start, rows, cancel);
            for (var i = 0; i < rows; i++) sum += of(Squares(_rows.Row<float>(i)));
        }
        return sum / count;
    }

    private long Blocks(long batchesThatFit, int memoryMiB) => batchesThatFit > 0 ? (_batchesPerEpoch + batchesThatFit - 1) / batchesThatFit
        : throw OptionException.Invalid($"A buffer of {memoryMiB} MiB holds less than one batch of {BatchSize} activations of {DIn} numbers.", "Give it more memory or take smaller batches.");

    private void Load(long epoch, long block, CancellationToken cancel)
    {
        if (_loaded == (epoch, block)) return;
        var start = block * _batchesPerBlock * BatchSize;
        Read(epoch, start, (int)(_holdsEpoch ? TokensPerEpoch : Math.Min(_rows.RowCount, _batchesPerEpoch * BatchSize - start)), cancel);
        _loaded = (epoch, block);
    }

    private void Read(long epoch, long start, int rows, CancellationToken cancel)
    {
        _loaded = (-1, -1);
        _stream.Read(checked((int)epoch), start, _rows.Rows(0, rows), cancel);
    }

    private void Permute(long epoch, long block)
    {
        if (_permuted == (epoch, block)) return;
        var rows = _holdsEpoch ? _order.Length : (int)(Math.Min(_batchesPerBlock, _batchesPerEpoch - block * _batchesPerBlock) * BatchSize);
        new SeededRandom(_seed, epoch, block).Permute(_order.AsSpan(0, rows));
        _permuted = (epoch, block);
    }

    private static double Squares(ReadOnlySpan<float> row)
    {
        var squares = 0.0;
        foreach (var value in row) squares += (double)value * value;
        return squares;
    }
}
