using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.SparseCoding;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Compression;

/// <summary>A way to write vectors as numbers on the rows of a basis: x̂ = offset + Σ value · row. All codes compared here decode so; they differ in who chooses the values.</summary>
public sealed class LinearCode
{
    private readonly Func<Tensor, CodeTable> _encode;

    private LinearCode(string name, AtomDictionary basis, double[] offset, Func<Tensor, CodeTable> encode) => (Name, Basis, Offset, _encode) = (name, basis, offset, encode);

    public string Name { get; }

    public AtomDictionary Basis { get; }

    public double[] Offset { get; }

    /// <summary>The codes of <paramref name="x"/> [m, d].</summary>
    public CodeTable Encode(Tensor x) => _encode(x);

    /// <summary>x̂ of one vector of a table.</summary>
    public void Decode(CodeTable table, int row, Span<double> x)
    {
        ArgumentNullException.ThrowIfNull(table);
        Offset.CopyTo(x);
        for (var i = 0; i < table.Indices[row].Length; i++) Basis.AddTo(table.Indices[row][i], table.Values[row][i], x);
    }

    /// <summary>Σ‖x − x̂‖² ÷ Σ‖x − <paramref name="mean"/>‖².</summary>
    public double Fvu(Tensor x, CodeTable table, ReadOnlySpan<double> mean)
    {
        var (errors, squares, found) = (0.0, 0.0, new double[x.Columns]);
        for (var row = 0; row < x.RowCount; row++)
        {
            Decode(table, row, found);
            for (var i = 0; i < found.Length; i++)
            {
                var value = x.Read((long)row * found.Length + i);
                (errors, squares) = (errors + (value - found[i]) * (value - found[i]), squares + (value - mean[i]) * (value - mean[i]));
            }
        }
        return errors / squares;
    }

    /// <summary>The first <paramref name="k"/> of orthonormal <paramref name="components"/> [.., d].</summary>
    public static LinearCode Pca(Tensor components, double[] mean, int k, Backend backend) => Dense("pca", components.Rows(0, k), components.Rows(0, k), mean, backend);

    /// <summary>y = R(x − mean) on the first k rows of <paramref name="projection"/>, decoded by the pseudo-inverse of these.</summary>
    public static LinearCode RandomProjection(Tensor projection, double[] mean, int k, Backend backend)
    {
        var rows = projection.Rows(0, k);
        return Dense("random-projection", rows, PseudoInverse(rows), mean, backend);
    }

    /// <summary>Every number by itself.</summary>
    public static LinearCode Plain(double[] mean, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(mean);
        var unit = Tensor.Zeros(DType.F64, mean.Length, mean.Length);
        for (var i = 0; i < mean.Length; i++) unit.Row<double>(i)[i] = 1;
        return Dense("quantisation", unit, unit, mean, backend);
    }

    /// <summary>As many steps of OMP on x − offset as each of <paramref name="counts"/>; one pursuit serves all of them.</summary>
    public static IReadOnlyList<LinearCode> Omp(AtomDictionary atoms, double[] offset, IReadOnlyList<int> counts)
    {
        var paths = Once(x => new OrthogonalPursuit(new() { Count = counts.Max(), Precision = CodePrecision.F64 }).Path(atoms, Centred(x, offset)));
        return [.. counts.Select(k => new LinearCode("omp", atoms, offset, x => Table(atoms, [.. paths(x).Select(path => path.Count == 0 ? Empty : path[Math.Min(k, path.Count) - 1])])))];
    }

    /// <summary>The last knot of the Lasso's path with at most as many atoms as each of <paramref name="counts"/>, then least squares on these; one path, of at most <paramref name="maxKnots"/> knots, serves all of them.</summary>
    public static IReadOnlyList<LinearCode> LassoRefit(AtomDictionary atoms, double[] offset, IReadOnlyList<int> counts, int maxKnots = 2000)
    {
        var paths = Once(x => new LarsPath(new() { LeastRatio = 1e-3, MaxKnots = maxKnots }).Knots(atoms, Centred(x, offset)));
        return [.. counts.Select(k => new LinearCode("lasso-refit", atoms, offset, x =>
            Table(atoms, new SupportRefit(false, CodePrecision.F64).Refit(atoms, Centred(x, offset), [.. paths(x).Select(knots => LarsCount.At(knots, k).Indices)]))))];
    }

    /// <summary>The k largest latents of an encoder: <paramref name="latents"/> gives all that are not 0.</summary>
    public static LinearCode Sae(AtomDictionary decoder, double[] bias, int k, Func<Tensor, SparseCodes> latents) => new("sae", decoder, bias, x =>
    {
        var codes = latents(x);
        var (indices, values) = (new int[codes.Rows][], new double[codes.Rows][]);
        for (var row = 0; row < codes.Rows; row++)
        {
            int[] all = codes.RowIndices(row).ToArray();
            float[] sizes = codes.RowValues(row).ToArray();
            int[] kept = [.. Enumerable.Range(0, all.Length).OrderByDescending(i => sizes[i]).ThenBy(i => all[i]).Take(k).Order()];
            (indices[row], values[row]) = ([.. kept.Select(i => all[i])], [.. kept.Select(i => (double)sizes[i])]);
        }
        return new(decoder.Count, indices, values) { IsSigned = values.Any(row => row.Any(value => value < 0)) };
    });

    private static SparseAnswer Empty => new([], []) { Residual = 0, Iterations = 0, Why = StopReason.NothingLeft };

    private static CodeTable Table(AtomDictionary atoms, SparseAnswer[] answers) => new(atoms.Count, [.. answers.Select(answer => answer.Indices)], [.. answers.Select(answer => answer.Values)]);

    /// <summary>The same paths for the same signals, as long as these are held.</summary>
    private static Func<Tensor, IReadOnlyList<IReadOnlyList<SparseAnswer>>> Once(Func<Tensor, IReadOnlyList<IReadOnlyList<SparseAnswer>>> paths)
    {
        var found = new ConditionalWeakTable<Tensor, IReadOnlyList<IReadOnlyList<SparseAnswer>>>();
        return x => found.GetValue(x, one => paths(one));
    }

    private static LinearCode Dense(string name, Tensor reads, Tensor writes, double[] mean, Backend backend)
    {
        var (readers, basis) = (new AtomDictionary(reads, backend), new AtomDictionary(writes, backend));
        int[] all = [.. Enumerable.Range(0, basis.Count)];
        return new(name, basis, mean, x =>
        {
            var (centred, values) = (Centred(x, mean), new double[x.RowCount][]);
            for (var row = 0; row < values.Length; row++) readers.Dots(all, centred.Row<double>(row), values[row] = new double[all.Length]);
            return new(all.Length, [.. values.Select(_ => all)], values) { IsDense = true };
        });
    }

    private static Tensor Centred(Tensor x, double[] mean)
    {
        var centred = x.DType == DType.F64 ? x.Clone() : x.To(DType.F64);
        for (var row = 0; row < centred.RowCount; row++) TensorPrimitives.Subtract(centred.Row<double>(row), mean, centred.Row<double>(row));
        return centred;
    }

    /// <summary>Rows of (RR')⁻¹R.</summary>
    private static Tensor PseudoInverse(Tensor r)
    {
        var (k, factor) = (r.RowCount, new CholeskyFactor(r.RowCount));
        for (var i = 0; i < k; i++)
        {
            var products = new double[i];
            for (var j = 0; j < i; j++) products[j] = TensorPrimitives.Dot<double>(r.Row<double>(i), r.Row<double>(j));
            if (!factor.TryAppend(products, TensorPrimitives.SumOfSquares<double>(r.Row<double>(i)))) throw SparseCodingException.Singular(k);
        }
        var inverse = Tensor.Zeros(DType.F64, k, r.Columns);
        for (var column = 0; column < r.Columns; column++)
        {
            var right = new double[k];
            for (var i = 0; i < k; i++) right[i] = r.Row<double>(i)[column];
            factor.Solve(right);
            for (var i = 0; i < k; i++) inverse.Row<double>(i)[column] = right[i];
        }
        return inverse;
    }
}
