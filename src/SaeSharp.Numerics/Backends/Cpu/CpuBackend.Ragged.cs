using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<L, TVector>
{
    /// <summary>Rows whose code tells about where the threshold of a whole batch lies.</summary>
    private const int SampleRows = 128;

    /// <summary>The share of the last batch's threshold that is likely below this one's.</summary>
    private const float Ease = 0.92f;

    protected override void EncodeAboveCore(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale, Tensor? thresholds, SparseRows code)
    {
        if (x.DType == DType.F64 || encoder.DType != DType.F32)
        {
            Reference.Instance.EncodeAbove(x, encoder, bias, scale, thresholds, code);
            return;
        }
        if (!CollectScreened(x, encoder, bias, scale, Floats(thresholds), 0, code.Lists)) Collect(Source(x, encoder, bias, scale), x.RowCount, Floats(thresholds), 0, code.Lists);
        Deliver(code, BatchSelection.All);
        encoder.Screen?.Trial.End();
        Keep(x, encoder, bias, scale);
        Keep(thresholds);
    }

    protected override void EncodeBatchTopKCore(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale, int count, SparseRows code)
    {
        if (x.DType == DType.F64 || encoder.DType != DType.F32)
        {
            Reference.Instance.EncodeBatchTopK(x, encoder, bias, scale, count, code);
            return;
        }
        if (count == 0) return;
        // Whatever the guesses are, the choice is exact: a guess that leaves too few is followed by a lower one, and 0 leaves all.
        Span<float> guesses = stackalloc float[3];
        var (found, last) = (-1L, code.Lists.LastThreshold * Ease);
        if (last > 0) found = CollectAbove(x, encoder, bias, scale, last, code.Lists);
        if (found < count) GuessThresholds(Source(x, encoder, bias, scale), x.RowCount, count, code.Lists, guesses);
        for (var i = 0; found < count && i < guesses.Length; i++)
            if (i == 0 || guesses[i] < guesses[i - 1]) found = CollectAbove(x, encoder, bias, scale, guesses[i], code.Lists);
        var selection = found <= count ? BatchSelection.All : BatchSelection.Largest(code.Lists, count);
        code.Lists.LastThreshold = found <= count ? 0 : BitConverter.Int32BitsToSingle((int)selection.Bits);
        Deliver(code, selection);
        encoder.Screen?.Trial.End();
        Keep(x, encoder, bias, scale);
    }

    protected override void SparseDecodeCore(SparseRows code, Tensor w, Tensor? bias, Tensor y, bool accumulate)
    {
        if (code.Type == DType.F64 || w.DType != DType.F32)
        {
            Reference.Instance.SparseDecode(code, w, bias, y, accumulate);
            return;
        }
        if (accumulate && bias is not null) AddRow(y, bias, y);
        var job = RowsJob(code, w, y);
        job.Bias = Floats(bias);
        job.Accumulate = accumulate;
        _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
        Keep(code, w, bias, y);
    }

    protected override void SparseDotsCore(Tensor dy, SparseRows code, Tensor w)
    {
        if (code.Type == DType.F64)
        {
            Reference.Instance.SparseDots(dy, code, w);
            return;
        }
        var job = RowsJob(code, w, dy);
        job.Values = code.Gradients.Pointer<float>();
        job.Dots = true;
        _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
        Keep(code, w, dy);
    }

    protected override void SparseResidualCore(SparseRows code, Tensor values, Tensor w, Tensor target, Tensor residual, Tensor dots)
    {
        if (code.Type == DType.F64)
        {
            Reference.Instance.SparseResidual(code, values, w, target, residual, dots);
            return;
        }
        var job = RowsJob(code, w, residual);
        job.Values = values.Pointer<float>();
        job.Target = target.Pointer<float>();
        job.Products = dots.Pointer<float>();
        _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
        Keep(code, w, target, residual);
        Keep(values, dots);
    }

    private SparseRowsJob<L, TVector> RowsJob(SparseRows code, Tensor w, Tensor y) => new()
    {
        Values = code.Values.Pointer<float>(), Indices = code.Indices.Pointer<int>(), Starts = code.StartsPointer, W = w.Pointer<float>(), Y = y.Pointer<float>(),
        Rows = code.Rows, D = w.Columns, BlockRows = BlockRows(code.Rows, (long)(code.Count / Math.Max(code.Rows, 1) + 1) * w.Columns),
    };

    /// <summary>Lists what lies above a threshold of all latents, and says how many.</summary>
    private long CollectAbove(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale, float threshold, EntryLists lists)
    {
        if (!CollectScreened(x, encoder, bias, scale, null, threshold, lists)) Collect(Source(x, encoder, bias, scale), x.RowCount, null, threshold, lists);
        return lists.Total();
    }

    /// <summary>Lists what lies above the thresholds, or above one threshold.</summary>
    private void Collect(PreActivations<L, TVector> source, int rows, float* thresholds, float threshold, EntryLists lists)
    {
        var job = new EncodeAboveJob<L, TVector> { Source = source, Thresholds = thresholds, Threshold = threshold, Rows = rows, Lists = lists, Scratch = _scratch };
        var parts = EncodeAboveJob<L, TVector>.Parts(rows);
        lists.Reset(parts);
        _pool.For(parts, ref job);
    }

    /// <summary>Thresholds that leave some more, and a multiple of, <paramref name="count"/> numbers of the batch, from rows spread over it; 0 where the batch is small.</summary>
    private void GuessThresholds(PreActivations<L, TVector> source, int rows, int count, EntryLists lists, Span<float> guesses)
    {
        guesses.Clear();
        if (rows < 4 * SampleRows) return;
        var x = (long)source.DIn;
        using var lease = new Lease(_scratch, SampleRows * x * sizeof(float));
        var sample = (float*)lease.Address;
        for (var i = 0; i < SampleRows; i++) Buffer.MemoryCopy(source.X + (long)i * rows / SampleRows * x, sample + i * x, x * sizeof(float), x * sizeof(float));
        source.X = sample;
        Collect(source, SampleRows, null, 0, lists);
        var expected = (double)count * SampleRows / rows;
        for (var i = 0; i < 2; i++)
        {
            // Rows differ much in how many of the largest they hold, so the sample's own error is larger than a random draw's.
            var wanted = (int)Math.Min(int.MaxValue, (i == 0 ? 1.5 : 4) * expected + 64);
            if (lists.Total() > wanted) guesses[i] = BitConverter.Int32BitsToSingle((int)BatchSelection.Largest(lists, wanted).Bits);
        }
    }

    /// <summary>Moves the selected entries from the lists into the rows of the code.</summary>
    private void Deliver(SparseRows code, BatchSelection selection)
    {
        using var lease = new Lease(_scratch, 2L * Math.Max(code.Rows, 1) * sizeof(int));
        var job = new EntriesJob { Lists = code.Lists, Selection = selection, Next = (int*)lease.Address, Ties = (int*)lease.Address + code.Rows };
        job.Clear(code.Rows);
        job.IsCounting = true;
        _pool.For(code.Lists.BlockCount, ref job, code.Lists.Total() < SmallWork);
        job.IsCounting = false;
        var total = job.Begin(code.Rows, code.MutableStarts);
        if (total > Array.MaxLength) throw ShapeException.TooLarge($"[{total}]");
        code.Reserve((int)total);
        job.Values = code.Values.Pointer<float>();
        job.Indices = code.Indices.Pointer<int>();
        _pool.For(code.Lists.BlockCount, ref job, total < SmallWork);
        Keep(code);
    }
}
