using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>Learns a dictionary batch by batch: exact Lasso codes, then one pass over the atoms on the sums of all codes so far.</summary>
/// <remarks>
/// Mairal, Bach, Ponce &amp; Sapiro 2009, algorithms 1 and 2: with A = Σ z'z and B = Σ z'x, each atom goes to u = d_j + (B_j − A_j D)/A_jj, scaled to length 1 where it is longer. An
/// atom that no code used yet stays as it is.
/// </remarks>
public sealed class OnlineDictionary(OnlineDictionaryOptions options, Backend backend)
{
    private const double Unused = 1e-12;

    /// <summary>Learns from <paramref name="signals"/> [m, d], beginning with the atoms <paramref name="start"/> [n, d]; both f32 or f64. The atoms [n, d], f64, and the mean objective of every batch.</summary>
    public (Tensor Atoms, IReadOnlyList<double> Objectives) Learn(Tensor signals, Tensor start)
    {
        var atoms = start.DType == DType.F64 ? start.Clone() : start.To(DType.F64);                       // D   [n, d]
        var (x, n, d) = (signals.To(DType.F64), atoms.RowCount, atoms.Columns);
        double[][] a = [.. Enumerable.Range(0, n).Select(_ => new double[n])];                            // Σ z'z   [n, n]
        double[][] b = [.. Enumerable.Range(0, n).Select(_ => new double[d])];                            // Σ z'x   [n, d]
        var solver = new Lasso(new() { Lambda = options.Lambda, Positive = options.Positive, Precision = CodePrecision.F64 });
        var objectives = new List<double>();
        for (var epoch = 0; epoch < options.Epochs; epoch++)
            for (var first = 0; first < x.RowCount; first += options.Batch)
            {
                var batch = x.Rows(first, Math.Min(options.Batch, x.RowCount - first));
                var codes = solver.Solve(new(atoms, backend), batch);
                objectives.Add(codes.Average(code => code.Objective!.Value));
                var step = objectives.Count;
                if (options.Forget > 0) Fade(a, b, Math.Pow(1 - 1.0 / step, options.Forget));
                for (var row = 0; row < codes.Length; row++) Add(codes[row], batch.Row<double>(row), 1.0 / codes.Length, a, b);
                Update(atoms, a, b);
            }
        return (atoms, objectives);
    }

    private static void Fade(double[][] a, double[][] b, double factor)
    {
        foreach (var row in a) TensorPrimitives.Multiply(row, factor, row);
        foreach (var row in b) TensorPrimitives.Multiply(row, factor, row);
    }

    private static void Add(SparseAnswer code, ReadOnlySpan<double> x, double weight, double[][] a, double[][] b)
    {
        for (var i = 0; i < code.Indices.Length; i++)
        {
            var value = code.Values[i] * weight;
            var row = a[code.Indices[i]];
            for (var j = 0; j < code.Indices.Length; j++) row[code.Indices[j]] += value * code.Values[j];
            TensorPrimitives.MultiplyAdd(x, value, b[code.Indices[i]], b[code.Indices[i]]);
        }
    }

    private static void Update(Tensor atoms, double[][] a, double[][] b)
    {
        var change = new double[atoms.Columns];
        for (var j = 0; j < atoms.RowCount; j++)
        {
            if (a[j][j] < Unused) continue;
            b[j].CopyTo(change, 0);
            for (var i = 0; i < atoms.RowCount; i++)
                if (a[j][i] != 0) TensorPrimitives.MultiplyAdd(atoms.Row<double>(i), -a[j][i], change, change);
            var atom = atoms.Row<double>(j);
            TensorPrimitives.MultiplyAdd(change, 1 / a[j][j], atom, atom);
            var norm = TensorPrimitives.Norm<double>(atom);
            if (norm > 1) TensorPrimitives.Divide(atom, norm, atom);
        }
    }
}
