namespace SaeSharp.Numerics.Autograd;

public sealed partial class Tape
{
    /// <summary>Σ x over all elements: → [1].</summary>
    public Variable Sum(Variable x) => SumTimes(x, 1);

    /// <summary>Σ x / count: → [1]; NaN of nothing.</summary>
    public Variable Mean(Variable x) => SumTimes(x, 1.0 / x.Value.Count);

    /// <summary>Σ x² over all elements: → [1].</summary>
    public Variable SumOfSquares(Variable x)
    {
        var y = New(x.Value.DType, 1);
        y.Write(0, backend.SumOfSquares(x.Value));
        return Record(y, [x], dy => x.AddGradient(backend, dx => backend.Scale(x.Value, 2 * dy.Read(0), dx)));
    }

    private Variable SumTimes(Variable x, double factor)
    {
        // Columns by the backend, then the few column sums in f64.
        var columns = Tensor.Zeros(x.Value.DType, x.Value.Columns);
        backend.AddColumnSums(x.Value, columns);
        var sum = 0.0;
        for (var i = 0; i < columns.Count; i++) sum += columns.Read(i);
        columns.Free();
        var y = New(x.Value.DType, 1);
        y.Write(0, sum * factor);
        return Record(y, [x], dy => x.AddGradient(backend, dx =>
        {
            var row = Tensor.Zeros(dx.DType, dx.Columns);
            for (var i = 0; i < row.Count; i++) row.Write(i, dy.Read(0) * factor);
            backend.AddRow(dx, row, dx);
            row.Free();
        }));
    }
}
