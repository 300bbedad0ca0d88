namespace SaeSharp.Numerics.Backends;

public sealed partial class Reference
{
    protected override void TopKRowsCore(Tensor x, Tensor values, Tensor indices)
    {
        for (var row = 0; row < x.RowCount; row++)
        {
            var v = Read(x, row);
            Write(values, indices, row, v, Largest(v, values.Columns));
        }
    }

    protected override void TopKMaskCore(Tensor x, int k, bool onlyPositive, Tensor mask)
    {
        for (var row = 0; row < x.RowCount; row++)
        {
            var v = Read(x, row);
            var chosen = new double[v.Length];
            foreach (var i in Largest(v, k)) chosen[i] = !onlyPositive || v[i] > 0 ? 1 : 0;
            Write(mask, row, chosen);
        }
    }

    protected override void EncodeTopKCore(Tensor x, PackedMatrix encoder, Tensor bias, Tensor? scale, Tensor values, Tensor indices)
    {
        var latents = Tensor.Zeros(DType.F64, x.RowCount, encoder.N);   // [rows, dSae]
        MatMulPackedCore(x, encoder, latents);
        var b = ReadAll(bias);
        var s = ReadAll(scale);
        for (var row = 0; row < x.RowCount; row++)
        {
            var v = Read(latents, row);
            for (var f = 0; f < v.Length; f++)
            {
                v[f] = (v[f] + b[f]) * (scale is null ? 1 : s[f]);
                if (x.DType == DType.F32) v[f] = (float)v[f];   // what is stored decides ties
            }
            Write(values, indices, row, v, [.. Largest(v, values.Columns).TakeWhile(f => v[f] > 0)]);
        }
    }

    protected override void SparseDecodeCore(Tensor values, Tensor indices, Tensor w, Tensor? bias, Tensor y)
    {
        var k = values.Columns;
        for (var row = 0; row < y.RowCount; row++)
        {
            var sum = bias is null ? new double[y.Columns] : ReadAll(bias);
            for (var slot = row * k; slot < (row + 1) * k; slot++)
            {
                var f = (int)indices.Read(slot);
                if (f < 0) continue;
                var direction = Read(w, f);
                for (var i = 0; i < sum.Length; i++) sum[i] += values.Read(slot) * direction[i];
            }
            Write(y, row, sum);
        }
    }

    protected override void SparseDotsCore(Tensor dy, Tensor indices, Tensor w, Tensor dValues)
    {
        var k = dValues.Columns;
        for (var row = 0; row < dy.RowCount; row++)
        {
            var d = Read(dy, row);
            for (var slot = row * k; slot < (row + 1) * k; slot++)
            {
                var f = (int)indices.Read(slot);
                dValues.Write(slot, f < 0 ? 0 : Dot(d, Read(w, f)));
            }
        }
    }

    protected override void SparseGradientCore(Tensor values, FeatureMajor order, Tensor y, Tensor dW, bool accumulate)
    {
        var k = values.Columns;
        for (var f = 0; f < order.Features; f++)
        {
            var sum = accumulate ? Read(dW, f) : new double[y.Columns];
            for (var at = order.Starts[f]; at < order.Starts[f + 1]; at++)
            {
                var entry = order.Entries[at];
                var direction = Read(y, order.IsRagged ? order.Rows[at] : entry / k);
                for (var i = 0; i < sum.Length; i++) sum[i] += values.Read(entry) * direction[i];
            }
            Write(dW, f, sum);
        }
    }

    /// <summary>Where the k largest numbers stand, largest first, ties to the smaller index, NaN last.</summary>
    private static int[] Largest(double[] v, int k)
    {
        // LINQ's descending order is stable, and .NET orders NaN below everything.
        return [.. Enumerable.Range(0, v.Length).OrderByDescending(i => v[i]).Take(k)];
    }

    /// <summary>Writes one row of slots; those without a choice hold 0 and −1.</summary>
    private static void Write(Tensor values, Tensor indices, int row, double[] v, int[] chosen)
    {
        for (var slot = 0; slot < values.Columns; slot++)
        {
            var at = (long)row * values.Columns + slot;
            values.Write(at, slot < chosen.Length ? v[chosen[slot]] : 0);
            indices.Write(at, slot < chosen.Length ? chosen[slot] : -1);
        }
    }
}
