using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>The atoms that signals are written with: A of b ≈ A·x, one atom a row, as an SAE keeps its decoder directions.</summary>
/// <remarks>
/// What the atoms are, f32 or f64, is what certificates are computed with. For the products with all atoms there is a second copy, f32 and of unit length, packed for the
/// matrix kernels: it only says which atoms need a look, with a bound on its error, so that no answer rests on it. Zero atoms are allowed; no solver ever uses them.
/// </remarks>
public sealed unsafe class AtomDictionary
{
    private readonly double[] _norms;
    private readonly Lazy<PackedMatrix> _unit;

    /// <param name="atoms">[n, d], f32 or f64; kept, not copied.</param>
    /// <param name="backend">Multiplies by all atoms.</param>
    /// <exception cref="SparseCodingException">An atom is not finite, or there is none.</exception>
    public AtomDictionary(Tensor atoms, Backend backend)
    {
        if (atoms.DType is not (DType.F32 or DType.F64)) throw SparseCodingException.NotFloat(nameof(atoms), atoms.DType);
        if (atoms.Rank != 2 || atoms.Count == 0) throw SparseCodingException.NoAtoms(atoms.ShapeText);
        (Atoms, Backend, Count, Width) = (atoms, backend, atoms.RowCount, atoms.Columns);
        _norms = new double[Count];
        var row = new double[Width];
        for (var atom = 0; atom < Count; atom++)
        {
            CopyAtom(atom, row);
            _norms[atom] = Norm(row);
            if (!double.IsFinite(_norms[atom])) throw SparseCodingException.AtomNotFinite(atom, Count);
        }
        LargestNorm = _norms.Max();
        Norms32 = [.. _norms.Select(norm => (float)norm)];
        Present32 = [.. _norms.Select(norm => norm > 0 ? 1f : 0)];
        _unit = new(PackUnit);
    }

    /// <summary>[n, d].</summary>
    public Tensor Atoms { get; }

    public Backend Backend { get; }

    /// <summary>n, how many atoms there are.</summary>
    public int Count { get; }

    /// <summary>d, how long each is.</summary>
    public int Width { get; }

    /// <summary>‖a_j‖, [n].</summary>
    public ReadOnlySpan<double> Norms => _norms;

    /// <summary>The longest atom's length.</summary>
    internal double LargestNorm { get; }

    /// <summary>The lengths for scanning products.</summary>
    internal float[] Norms32 { get; }

    /// <summary>1 for each atom that is not zero: the lengths of unit atoms.</summary>
    internal float[] Present32 { get; }

    /// <summary>Unit atoms [d, n] for products with all of them.</summary>
    internal PackedMatrix Unit => _unit.Value;

    /// <summary>Most by which an f32 cosine of a unit residual with a unit atom can be off: the sum of d rounded products, and the roundings of both vectors.</summary>
    internal float CosineError => (Width + 16) * 6e-8f;

    /// <summary>a_j · y in f64.</summary>
    public double Dot(int atom, ReadOnlySpan<double> y)
    {
        fixed (double* v = y) return Dot(atom, v);
    }

    /// <summary>y += scale · a_j.</summary>
    public void AddTo(int atom, double scale, Span<double> y)
    {
        fixed (double* v = y)
        {
            if (Atoms.DType == DType.F64) AtomKernel.AddScaled(scale, Atoms.Pointer<double>() + (long)atom * Width, v, Width);
            else AtomKernel.AddScaled(scale, Atoms.Pointer<float>() + (long)atom * Width, v, Width);
        }
        GC.KeepAlive(Atoms);
    }

    /// <summary>a_j as f64.</summary>
    public void CopyAtom(int atom, Span<double> to)
    {
        if (Atoms.DType == DType.F64) Atoms.Row<double>(atom).CopyTo(to);
        else
        {
            var from = Atoms.Row<float>(atom);
            for (var i = 0; i < from.Length; i++) to[i] = from[i];
        }
    }

    /// <summary>b − A·x.</summary>
    public void Residual(ReadOnlySpan<double> b, ReadOnlySpan<int> indices, ReadOnlySpan<double> values, Span<double> residual)
    {
        b.CopyTo(residual);
        for (var i = 0; i < indices.Length; i++)
            if (values[i] != 0) AddTo(indices[i], -values[i], residual);
    }

    /// <summary>a_j · y for each of <paramref name="atoms"/>.</summary>
    internal void Dots(ReadOnlySpan<int> atoms, ReadOnlySpan<double> y, Span<double> dots)
    {
        fixed (double* v = y)
        fixed (double* found = dots)
        {
            var i = 0;
            for (; i <= atoms.Length - 4; i += 4) FourDots(atoms.Slice(i, 4), v, found + i);
            for (; i < atoms.Length; i++) found[i] = Dot(atoms[i], v);
        }
        GC.KeepAlive(Atoms);
    }

    /// <summary>√Σx² without overflow on the way.</summary>
    internal static double Norm(ReadOnlySpan<double> x)
    {
        var plain = Math.Sqrt(System.Numerics.Tensors.TensorPrimitives.SumOfSquares(x));
        if (plain is > 1e-140 and < 1e140) return plain;
        var largest = 0.0;
        foreach (var value in x)
            if (!(Math.Abs(value) <= largest)) largest = Math.Abs(value); // NaN too
        if (largest == 0 || !double.IsFinite(largest)) return largest;
        var sum = 0.0;
        foreach (var value in x) sum += value / largest * (value / largest);
        return largest * Math.Sqrt(sum);
    }

    private double Dot(int atom, double* v)
    {
        var dot = Atoms.DType == DType.F64
            ? AtomKernel.Dot(Atoms.Pointer<double>() + (long)atom * Width, v, Width)
            : AtomKernel.Dot(Atoms.Pointer<float>() + (long)atom * Width, v, Width);
        GC.KeepAlive(Atoms);
        return dot;
    }

    private void FourDots(ReadOnlySpan<int> atoms, double* v, double* dots)
    {
        if (Atoms.DType == DType.F64) Four(Atoms.Pointer<double>(), atoms, v, dots);
        else Four(Atoms.Pointer<float>(), atoms, v, dots);
    }

    private void Four<T>(T* a, ReadOnlySpan<int> atoms, double* v, double* dots) where T : unmanaged =>
        AtomKernel.Dots(a + (long)atoms[0] * Width, a + (long)atoms[1] * Width, a + (long)atoms[2] * Width, a + (long)atoms[3] * Width, v, Width, dots);

    private PackedMatrix PackUnit()
    {
        var unit = Tensor.Zeros(DType.F32, Count, Width);
        var row = new double[Width];
        for (var atom = 0; atom < Count; atom++)
        {
            if (_norms[atom] == 0) continue;
            CopyAtom(atom, row);
            var to = unit.Row<float>(atom);
            for (var i = 0; i < to.Length; i++) to[i] = (float)(row[i] / _norms[atom]);
        }
        var packed = Backend.Pack(unit, Transpose.B);
        unit.Free();
        return packed;
    }
}
