using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<L, TVector>
{
    protected override void TopKRowsCore(Tensor x, Tensor values, Tensor indices)
    {
        if (x.DType == DType.F64)
        {
            Reference.Instance.TopKRows(x, values, indices);
            return;
        }
        var job = new TopKRowsJob
        {
            X = x.Pointer<float>(), Values = values.Pointer<float>(), Indices = indices.Pointer<int>(), Rows = x.RowCount, Columns = x.Columns, K = values.Columns,
            BlockRows = BlockRows(x.RowCount, x.Columns), Scratch = _scratch,
        };
        _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
        Keep(x, values, indices);
    }

    protected override void TopKMaskCore(Tensor x, int k, bool onlyPositive, Tensor mask)
    {
        if (x.DType == DType.F64)
        {
            Reference.Instance.TopKMask(x, k, onlyPositive, mask);
            return;
        }
        var job = new TopKMaskJob
        {
            X = x.Pointer<float>(), Mask = mask.Pointer<float>(), Rows = x.RowCount, Columns = x.Columns, K = k, OnlyPositive = onlyPositive,
            BlockRows = BlockRows(x.RowCount, 16L * x.Columns), Scratch = _scratch,
        };
        _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
        Keep(x, mask);
    }

    protected override void EncodeTopKCore(Tensor x, PackedMatrix encoder, Tensor bias, Tensor? scale, Tensor values, Tensor indices)
    {
        if (x.DType == DType.F64 || encoder.DType != DType.F32)
        {
            Reference.Instance.EncodeTopK(x, encoder, bias, scale, values, indices);
            return;
        }
        if (encoder.Screen is not { IsReady: true } || !EncodeTopKScreened(x, encoder, bias, scale, values, indices)) EncodeTopKPlain(x, encoder, bias, scale, values, indices);
        encoder.Screen?.Trial.End();
    }

    private void EncodeTopKPlain(Tensor x, PackedMatrix encoder, Tensor bias, Tensor? scale, Tensor values, Tensor indices)
    {
        var job = new EncodeTopKJob<L, TVector>
        {
            Source = Source(x, encoder, bias, scale), Values = values.Pointer<float>(), Indices = indices.Pointer<int>(), Rows = x.RowCount, K = values.Columns, Scratch = _scratch,
            Slices = EncodeTopKJob<L, TVector>.Share(x.RowCount, encoder.N, Threads),
        };
        if (job.Slices == 1) _pool.For(job.Parts, ref job);
        else EncodeSlices(ref job);
        Keep(x, encoder, bias, scale);
        Keep(values, indices);
    }

    private PreActivations<L, TVector> Source(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale) => new()
    {
        X = x.Pointer<float>(), Panels = Panels(encoder), Bias = Floats(bias), Scale = Floats(scale), DIn = encoder.K, DSae = encoder.N, BlockK = BlockK(encoder.K),
    };

    private void EncodeSlices(ref EncodeTopKJob<L, TVector> job)
    {
        var count = (long)job.Rows * job.Slices * job.K;
        using var lease = new Lease(_scratch, count * (sizeof(float) + sizeof(int)));
        var merge = new MergeTopKJob
        {
            From = (float*)lease.Address, FromIndices = (int*)((float*)lease.Address + count), Values = job.Values, Indices = job.Indices, K = job.K, Slices = job.Slices, Scratch = _scratch,
        };
        job.Values = merge.From;
        job.Indices = merge.FromIndices;
        _pool.For(job.Parts, ref job);
        _pool.For(job.Rows, ref merge, count < SmallWork);
    }

    protected override void SparseDecodeCore(Tensor values, Tensor indices, Tensor w, Tensor? bias, Tensor y)
    {
        if (values.DType == DType.F64 || w.DType != DType.F32)
        {
            Reference.Instance.SparseDecode(values, indices, w, bias, y);
            return;
        }
        var job = new SparseRowsJob<L, TVector>
        {
            Values = values.Pointer<float>(), Indices = indices.Pointer<int>(), W = w.Pointer<float>(), Bias = Floats(bias), Y = y.Pointer<float>(),
            Rows = values.RowCount, K = values.Columns, D = w.Columns, BlockRows = BlockRows(values.RowCount, (long)values.Columns * w.Columns),
        };
        _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
        Keep(values, indices, w, bias);
        Keep(y);
    }

    protected override void SparseDotsCore(Tensor dy, Tensor indices, Tensor w, Tensor dValues)
    {
        if (dy.DType == DType.F64)
        {
            Reference.Instance.SparseDots(dy, indices, w, dValues);
            return;
        }
        var job = new SparseRowsJob<L, TVector>
        {
            Values = dValues.Pointer<float>(), Indices = indices.Pointer<int>(), W = w.Pointer<float>(), Y = dy.Pointer<float>(), Dots = true,
            Rows = dy.RowCount, K = dValues.Columns, D = w.Columns, BlockRows = BlockRows(dy.RowCount, (long)dValues.Columns * w.Columns),
        };
        _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
        Keep(dy, indices, w, dValues);
    }

    protected override void SparseGradientCore(Tensor values, FeatureMajor order, Tensor y, Tensor dW, bool accumulate)
    {
        if (values.DType == DType.F64)
        {
            Reference.Instance.SparseGradient(values, order, y, dW, accumulate);
            return;
        }
        fixed (int* starts = order.Starts, entries = order.Entries, rows = order.Rows)
        {
            var job = new SparseGradientJob<L, TVector>
            {
                Values = values.Pointer<float>(), Y = y.Pointer<float>(), Gradient = dW.Pointer<float>(), Starts = starts, Entries = entries, Rows = rows, Accumulate = accumulate,
                Features = order.Features, D = y.Columns, RowOfEntry = ulong.MaxValue / (uint)Math.Max(values.Columns, 1) + 1, OneSlot = values.Columns <= 1,
            };
            _pool.For(job.Parts, ref job, order.Entries.Length * (long)y.Columns < SmallWork);
        }
        Keep(values, y, dW);
    }

    private struct TopKRowsJob : IJob
    {
        public float* X, Values;
        public int* Indices;
        public int Rows, Columns, K, BlockRows;
        public ScratchPool Scratch;

        public readonly void Run(int part)
        {
            using var lease = new Lease(Scratch, (long)Columns * sizeof(ulong));
            var end = Math.Min(Rows, (part + 1) * BlockRows);
            for (var row = part * BlockRows; row < end; row++)
            {
                var selector = new TopKSelector((ulong*)lease.Address, K);
                var x = X + (long)row * Columns;
                for (var j = 0; j < Columns; j++) selector.Add(x[j], j);
                selector.Finish(Values + (long)row * K, Indices + (long)row * K);
            }
        }
    }
}
