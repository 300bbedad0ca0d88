namespace SaeSharp.Numerics.Backends;

public sealed partial class Reference
{
    protected override void EncodeAboveCore(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale, Tensor? thresholds, SparseRows code)
    {
        var t = ReadAll(thresholds);
        Write(code, PreActivations(x, encoder, bias, scale), (row, f, value) => value > (thresholds is null ? 0 : t[f]));
    }

    protected override void EncodeBatchTopKCore(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale, int count, SparseRows code)
    {
        var latents = PreActivations(x, encoder, bias, scale);   // [rows][dSae]
        // The order is stable, so that ties go to the first row, then to the first latent.
        var chosen = latents.SelectMany((row, r) => row.Select((value, f) => (Value: value, Row: r, Latent: f))).Where(entry => entry.Value > 0)
            .OrderByDescending(entry => entry.Value).Take(count).Select(entry => (entry.Row, entry.Latent)).ToHashSet();
        Write(code, latents, (row, f, _) => chosen.Contains((row, f)));
    }

    protected override void SparseDecodeCore(SparseRows code, Tensor w, Tensor? bias, Tensor y, bool accumulate)
    {
        for (var row = 0; row < y.RowCount; row++)
        {
            var sum = accumulate ? Read(y, row) : new double[y.Columns];
            var b = ReadAll(bias);
            for (var i = 0; i < b.Length; i++) sum[i] += b[i];
            for (var entry = code.Starts[row]; entry < code.Starts[row + 1]; entry++)
            {
                var direction = Read(w, (int)code.Indices.Read(entry));
                for (var i = 0; i < sum.Length; i++) sum[i] += code.Values.Read(entry) * direction[i];
            }
            Write(y, row, sum);
        }
    }

    protected override void SparseDotsCore(Tensor dy, SparseRows code, Tensor w)
    {
        for (var row = 0; row < dy.RowCount; row++)
        {
            var d = Read(dy, row);
            for (var entry = code.Starts[row]; entry < code.Starts[row + 1]; entry++) code.Gradients.Write(entry, Dot(d, Read(w, (int)code.Indices.Read(entry))));
        }
    }

    protected override void SparseResidualCore(SparseRows code, Tensor values, Tensor w, Tensor target, Tensor residual, Tensor dots)
    {
        for (var row = 0; row < target.RowCount; row++)
        {
            var sum = Read(target, row);
            for (var entry = code.Starts[row]; entry < code.Starts[row + 1]; entry++)
            {
                if (values.Read(entry) is not 0 and var value) Add(sum, Read(w, (int)code.Indices.Read(entry)), -value);
            }
            Write(residual, row, sum);
            for (var entry = code.Starts[row]; entry < code.Starts[row + 1]; entry++) dots.Write(entry, Dot(sum, Read(w, (int)code.Indices.Read(entry))));
        }
    }

    private static void Add(double[] sum, double[] direction, double factor)
    {
        for (var i = 0; i < sum.Length; i++) sum[i] += factor * direction[i];
    }

    /// <summary>(x·W + bias) ⊙ scale, rounded to the type of x: what is stored decides ties and thresholds.</summary>
    private double[][] PreActivations(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale)
    {
        var latents = Tensor.Zeros(DType.F64, x.RowCount, encoder.N);   // [rows, dSae]
        MatMulPackedCore(x, encoder, latents);
        var (b, s) = (ReadAll(bias), ReadAll(scale));
        return [.. Enumerable.Range(0, x.RowCount).Select(row => Read(latents, row).Select((value, f) =>
        {
            var z = (value + (bias is null ? 0 : b[f])) * (scale is null ? 1 : s[f]);
            return x.DType == DType.F32 ? (float)z : z;
        }).ToArray())];
    }

    private static void Write(SparseRows code, double[][] latents, Func<int, int, double, bool> choose)
    {
        var entries = latents.SelectMany((row, r) => row.Select((value, f) => (Value: value, Row: r, Latent: f))).Where(entry => choose(entry.Row, entry.Latent, entry.Value)).ToArray();
        code.Reserve(entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            code.Values.Write(i, entries[i].Value);
            code.Indices.Write(i, entries[i].Latent);
            code.MutableStarts[entries[i].Row + 1]++;
        }
        for (var row = 0; row < code.Rows; row++) code.MutableStarts[row + 1] += code.MutableStarts[row];
    }
}
