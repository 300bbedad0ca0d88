using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<L, TVector>
{
    protected override void EmbedCore(ReadOnlySpan<int> ids, Tensor table, Tensor y)
    {
        if (y.DType == DType.F64 || table.DType is not (DType.F32 or DType.BF16))
        {
            Reference.Instance.Embed(ids, table, y);
            return;
        }
        for (var i = 0; i < ids.Length; i++)
        {
            if (table.DType == DType.F32) table.Row<float>(ids[i]).CopyTo(y.Row<float>(i));
            else TensorConversion.Widen(table.Row<BFloat16>(ids[i]), y.Row<float>(i));
        }
    }

    protected override void CrossEntropyCore(Tensor logits, ReadOnlySpan<int> targets, Tensor losses)
    {
        if (logits.DType == DType.F64)
        {
            Reference.Instance.CrossEntropy(logits, targets, losses);
            return;
        }
        fixed (int* target = targets)
        {
            var job = new CrossEntropyJob { Logits = logits.Pointer<float>(), Targets = target, Losses = losses.Pointer<float>(), Rows = logits.RowCount, Columns = logits.Columns, Scratch = _scratch };
            job.BlockRows = BlockRows(job.Rows, job.Columns);
            _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
        }
        Keep(logits, losses);
    }

    private struct CrossEntropyJob : IJob
    {
        public float* Logits, Losses;
        public int* Targets;
        public int Rows, Columns, BlockRows;
        public ScratchPool Scratch;

        public readonly void Run(int part)
        {
            var buffer = Scratch.Rent((long)Columns * sizeof(float));
            var end = Math.Min(Rows, (part + 1) * BlockRows);
            for (var row = part * BlockRows; row < end; row++)
            {
                var x = Logits + (long)row * Columns;
                if (Targets[row] < 0)
                {
                    Losses[row] = 0;
                    continue;
                }
                var max = RowKernel<L, TVector>.Max(x, Columns);
                var sum = RowKernel<L, TVector>.ExpSum(x, max, (float*)buffer.Address, Columns);
                Losses[row] = (float)(Math.Log(sum) + max - x[Targets[row]]);
            }
            Scratch.Return(buffer);
        }
    }
}
