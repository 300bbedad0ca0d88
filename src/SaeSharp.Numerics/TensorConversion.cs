using System.Numerics.Tensors;

namespace SaeSharp.Numerics;

/// <summary>Element-type conversion. Widening is exact; narrowing rounds to nearest even.</summary>
public static class TensorConversion
{
    /// <summary>The tensor itself where it already is of <paramref name="type"/>, else a converted copy.</summary>
    public static Tensor To(this Tensor tensor, DType type)
    {
        if (tensor.DType == type) return tensor;
        var result = Tensor.Zeros(type, tensor.Shape);
        tensor.ConvertTo(result);
        return result;
    }

    /// <summary>Writes the converted elements into <paramref name="target"/>, which has as many.</summary>
    public static void ConvertTo(this Tensor tensor, Tensor target)
    {
        if (tensor.Count != target.Count) throw ShapeException.Mismatch(nameof(target), $"{tensor.Count} elements", target.ShapeText);
        if (tensor.DType == target.DType)
        {
            tensor.CopyTo(target);
            return;
        }
        for (var row = 0; row < tensor.RowCount; row++) ConvertRow(tensor, target, row);
    }

    private static void ConvertRow(Tensor from, Tensor to, int row)
    {
        switch (from.DType, to.DType)
        {
            case (DType.F16, DType.F32):
                TensorPrimitives.ConvertToSingle(from.Row<Half>(row), RowOf<float>(to, from, row));
                break;
            case (DType.F32, DType.F16):
                TensorPrimitives.ConvertToHalf(from.Row<float>(row), RowOf<Half>(to, from, row));
                break;
            case (DType.BF16, DType.F32):
                Widen(from.Row<BFloat16>(row), RowOf<float>(to, from, row));
                break;
            default:
                for (var i = 0; i < from.Columns; i++) Write(to, (long)row * from.Columns + i, Read(from, (long)row * from.Columns + i));
                break;
        }
    }

    private static unsafe Span<T> RowOf<T>(Tensor to, Tensor from, int row) where T : unmanaged =>
        new(to.Pointer<T>() + (long)row * from.Columns, from.Columns);

    /// <summary>bf16 → f32, exact.</summary>
    public static void Widen(ReadOnlySpan<BFloat16> from, Span<float> to)
    {
        for (var i = 0; i < from.Length; i++) to[i] = from[i].ToSingle();
    }

    /// <summary>One element as a double, whatever its type.</summary>
    public static unsafe double Read(this Tensor tensor, long index) => tensor.DType switch
    {
        DType.F32 => tensor.Pointer<float>()[index],
        DType.F64 => tensor.Pointer<double>()[index],
        DType.BF16 => tensor.Pointer<BFloat16>()[index].ToSingle(),
        DType.F16 => (double)tensor.Pointer<Half>()[index],
        DType.I32 => tensor.Pointer<int>()[index],
        DType.I64 => tensor.Pointer<long>()[index],
        _ => tensor.Pointer<bool>()[index] ? 1 : 0,
    };

    /// <summary>Writes one element, rounded to the tensor's type.</summary>
    public static unsafe void Write(this Tensor tensor, long index, double value)
    {
        switch (tensor.DType)
        {
            case DType.F32: tensor.Pointer<float>()[index] = (float)value; break;
            case DType.F64: tensor.Pointer<double>()[index] = value; break;
            case DType.BF16: tensor.Pointer<BFloat16>()[index] = BFloat16.FromSingle((float)value); break;
            case DType.F16: tensor.Pointer<Half>()[index] = (Half)value; break;
            case DType.I32: tensor.Pointer<int>()[index] = (int)value; break;
            case DType.I64: tensor.Pointer<long>()[index] = (long)value; break;
            default: tensor.Pointer<bool>()[index] = value != 0; break;
        }
    }
}
