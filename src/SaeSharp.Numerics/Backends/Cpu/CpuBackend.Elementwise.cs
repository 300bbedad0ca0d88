using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<L, TVector>
{
    protected override void AddCore(Tensor a, Tensor b, Tensor y)
    {
        if (a.DType == DType.F64) Reference.Instance.Add(a, b, y);
        else Rows(new(a, b, y), RowOp.Add);
    }

    protected override void MultiplyCore(Tensor a, Tensor b, Tensor y)
    {
        if (a.DType == DType.F64) Reference.Instance.Multiply(a, b, y);
        else Rows(new(a, b, y), RowOp.Multiply);
    }

    protected override void ScaleCore(Tensor x, double factor, Tensor y)
    {
        if (x.DType == DType.F64) Reference.Instance.Scale(x, factor, y);
        else Rows(new(x, null, y) { Factor = (float)factor }, RowOp.Scale);
    }

    protected override void AddRowCore(Tensor x, Tensor bias, Tensor y)
    {
        if (x.DType == DType.F64) Reference.Instance.AddRow(x, bias, y);
        else Rows(new(x, null, y) { Gain = bias.Pointer<float>() }, RowOp.AddRow);
        GC.KeepAlive(bias);
    }

    protected override void MultiplyRowCore(Tensor x, Tensor factors, Tensor y)
    {
        if (x.DType == DType.F64) Reference.Instance.MultiplyRow(x, factors, y);
        else Rows(new(x, null, y) { Gain = factors.Pointer<float>() }, RowOp.MultiplyRow);
        GC.KeepAlive(factors);
    }

    protected override void SoftCapCore(Tensor x, double cap, Tensor y)
    {
        if (x.DType == DType.F64) Reference.Instance.SoftCap(x, cap, y);
        else Rows(new(x, null, y) { Factor = (float)cap }, RowOp.SoftCap);
    }

    protected override void AddColumnSumsCore(Tensor x, Tensor sums)
    {
        if (x.DType == DType.F64)
        {
            Reference.Instance.AddColumnSums(x, sums);
            return;
        }
        // Threads take columns, so each column is summed from the first row to the last.
        var job = new ColumnSumJob<L, TVector> { X = x.Pointer<float>(), Sums = sums.Pointer<float>(), Rows = x.RowCount, Columns = x.Columns };
        _pool.For(job.Parts, ref job, x.Count < SmallWork);
        Keep(x, sums);
    }

    protected override void ActivateCore(Activation activation, Tensor x, Tensor y)
    {
        if (x.DType == DType.F64) Reference.Instance.Activate(activation, x, y);
        else Rows(new(x, null, y) { Activation = activation }, RowOp.Activate);
    }

    /// <summary>Runs a row operation over all rows, threads taking blocks of them.</summary>
    private void Rows(RowJob<L, TVector> job, RowOp op)
    {
        job.Op = op;
        job.BlockRows = BlockRows(job.RowCount, job.Columns);
        _pool.For((job.RowCount + job.BlockRows - 1) / job.BlockRows, ref job);
        job.KeepAlive();
    }
}
