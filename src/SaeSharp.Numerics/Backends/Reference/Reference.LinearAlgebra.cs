namespace SaeSharp.Numerics.Backends;

public sealed partial class Reference
{
    protected override void MatMulCore(Tensor a, Tensor b, Tensor c, int m, int n, int k, Transpose transpose, bool accumulate)
    {
        var left = ReadAll(a);
        var right = ReadAll(b);
        var leftIsTurned = transpose is Transpose.A or Transpose.Both;
        var rightIsTurned = transpose is Transpose.B or Transpose.Both;
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var sum = accumulate ? c.Read((long)i * n + j) : 0;
                for (var l = 0; l < k; l++)
                    sum += (leftIsTurned ? left[l * m + i] : left[i * k + l]) * (rightIsTurned ? right[j * k + l] : right[l * n + j]);
                c.Write((long)i * n + j, sum);
            }
        }
    }

    protected override void PackCore(Tensor matrix, Transpose layout, PackedMatrix packed)
    {
        packed.Panels.Clear();
        for (var i = 0; i < packed.K; i++)
            for (var j = 0; j < packed.N; j++)
                packed.Panels.Write(packed.IndexOf(i, j), matrix.Read(layout == Transpose.B ? (long)j * packed.K + i : (long)i * packed.N + j));
    }

    protected override void MatMulStoredCore(Tensor a, Tensor w, Tensor c) => MatMulCore(a, w, c, a.RowCount, w.RowCount, a.Columns, Transpose.B, false);

    protected override void MatMulPackedCore(Tensor a, PackedMatrix w, Tensor c)
    {
        var left = ReadAll(a);
        var column = new double[w.K];
        for (var j = 0; j < w.N; j++)
        {
            for (var i = 0; i < w.K; i++) column[i] = w.Value(i, j);
            for (var row = 0; row < a.RowCount; row++)
                c.Write((long)row * w.N + j, Dot(left.AsSpan(row * w.K, w.K), column));
        }
    }
}
