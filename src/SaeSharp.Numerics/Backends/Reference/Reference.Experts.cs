namespace SaeSharp.Numerics.Backends;

public sealed partial class Reference
{
    protected override void ClampedGluCore(Tensor gate, Tensor up, double alpha, double limit, Tensor y)
    {
        for (var i = 0L; i < y.Count; i++)
        {
            var g = Math.Min(gate.Read(i), limit);
            y.Write(i, (Math.Clamp(up.Read(i), -limit, limit) + 1) * g * Sigmoid(alpha * g));
        }
    }

    protected override void AddScaledRowsCore(Tensor x, ReadOnlySpan<int> rows, Tensor factors, Tensor y)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < x.Columns; j++)
            {
                var at = (long)rows[i] * y.Columns + j;
                y.Write(at, y.Read(at) + factors.Read(i) * x.Read((long)i * x.Columns + j));
            }
        }
    }
}
