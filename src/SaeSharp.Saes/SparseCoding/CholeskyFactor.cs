using System.Numerics.Tensors;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>L of G = L·Lᵀ for a matrix that grows and loses rows: append costs k², a removal (k − i)².</summary>
internal sealed class CholeskyFactor(int capacity = 32)
{
    /// <summary>Below this share of its own length, what an atom adds to those before it is rounding.</summary>
    private const double LeastPivot = 1e-11;

    private double[] _l = new double[capacity * capacity];
    private int _stride = capacity;

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    /// <summary>Adds a row: its products with those before, and with itself. False, and nothing added, where it depends on them.</summary>
    public bool TryAppend(ReadOnlySpan<double> products, double square)
    {
        Reserve(Count + 1);
        var row = _l.AsSpan(Count * _stride, Count + 1);
        products[..Count].CopyTo(row);
        Forward(row[..Count]);
        var pivot = square - TensorPrimitives.SumOfSquares<double>(row[..Count]);
        if (!(pivot > LeastPivot * square)) return false;
        row[Count++] = Math.Sqrt(pivot);
        return true;
    }

    /// <summary>Removes row and column <paramref name="at"/>.</summary>
    public void Remove(int at)
    {
        for (var row = at; row < Count - 1; row++) _l.AsSpan((row + 1) * _stride, row + 2).CopyTo(_l.AsSpan(row * _stride, row + 2));
        Count--;
        for (var i = at; i < Count; i++) // Givens rotations bring the one number above the diagonal of each row to 0
        {
            var (a, b) = (_l[i * _stride + i], _l[i * _stride + i + 1]);
            var r = Math.Sqrt(a * a + b * b);
            var (c, s) = (a / r, b / r);
            for (var row = i; row < Count; row++)
            {
                ref var left = ref _l[row * _stride + i];
                ref var right = ref _l[row * _stride + i + 1];
                (left, right) = (c * left + s * right, c * right - s * left);
            }
        }
    }

    /// <summary>x ← G⁻¹·x.</summary>
    public void Solve(Span<double> x)
    {
        Forward(x);
        for (var i = Count - 1; i >= 0; i--)
        {
            var value = x[i] /= _l[i * _stride + i];
            TensorPrimitives.MultiplyAdd(_l.AsSpan(i * _stride, i), -value, x[..i], x[..i]);
        }
    }

    /// <summary>x ← L⁻¹·x.</summary>
    private void Forward(Span<double> x)
    {
        for (var i = 0; i < x.Length; i++)
            x[i] = (x[i] - TensorPrimitives.Dot<double>(_l.AsSpan(i * _stride, i), x[..i])) / _l[i * _stride + i];
    }

    private void Reserve(int count)
    {
        if (count <= _stride) return;
        var stride = checked(2 * _stride);
        var wider = new double[checked(stride * stride)];
        for (var row = 0; row < Count; row++) _l.AsSpan(row * _stride, row + 1).CopyTo(wider.AsSpan(row * stride));
        (_l, _stride) = (wider, stride);
    }
}
