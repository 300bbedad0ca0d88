using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
            case (DType.F32, DType.BF16):
                Narrow(from.Row<float>(row), RowOf<BFloat16>(to, from, row));
                break;
            default:
                for (var i = 0; i < from.Columns; i++) Write(to, (long)row * from.Columns + i, Read(from, (long)row * from.Columns + i));
                break;
        }
    }

    private static unsafe Span<T> RowOf<T>(Tensor to, Tensor from, int row) where T : unmanaged =>
        new(to.Pointer<T>() + (long)row * from.Columns, from.Columns);

    /// <summary>Row <paramref name="row"/> of a tensor into row <paramref name="toRow"/> of one as wide.</summary>
    public static void ConvertRow(this Tensor from, int row, Tensor to, int toRow)
    {
        if (from.Columns != to.Columns) throw ShapeException.Mismatch(nameof(to), $"rows of {from.Columns}", to.ShapeText);
        ConvertRow(from, row, 0, to, toRow, 0, from.Columns);
    }

    /// <summary>Part of a row into part of another; f32 and bf16, the types that activations are kept in. Allocates nothing.</summary>
    public static void ConvertRow(this Tensor from, int row, int column, Tensor to, int toRow, int toColumn, int count)
    {
        switch (from.DType, to.DType)
        {
            case (DType.F32, DType.F32):
                from.Row<float>(row).Slice(column, count).CopyTo(to.Row<float>(toRow)[toColumn..]);
                break;
            case (DType.F32, DType.BF16):
                Narrow(from.Row<float>(row).Slice(column, count), to.Row<BFloat16>(toRow).Slice(toColumn, count));
                break;
            case (DType.BF16, DType.F32):
                Widen(from.Row<BFloat16>(row).Slice(column, count), to.Row<float>(toRow).Slice(toColumn, count));
                break;
            case (DType.BF16, DType.BF16):
                from.Row<BFloat16>(row).Slice(column, count).CopyTo(to.Row<BFloat16>(toRow)[toColumn..]);
                break;
            default:
                throw ShapeException.WrongType(nameof(from), DType.F32, from.DType is DType.F32 or DType.BF16 ? to.DType : from.DType);
        }
    }

    /// <summary>bf16 → f32, exact.</summary>
    public static void Widen(ReadOnlySpan<BFloat16> from, Span<float> to)
    {
        var bits = MemoryMarshal.Cast<BFloat16, ushort>(from);
        var wide = MemoryMarshal.Cast<float, uint>(to[..from.Length]);
        var i = 0;
        for (; i <= bits.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(bits[i..]));
            (low << 16).CopyTo(wide[i..]);
            (high << 16).CopyTo(wide[(i + Vector256<uint>.Count)..]);
        }
        for (; i < from.Length; i++) to[i] = from[i].ToSingle();
    }

    /// <summary>f32 → bf16, rounded to nearest, ties to even: the bits of <see cref="BFloat16.FromSingle"/>.</summary>
    public static void Narrow(ReadOnlySpan<float> from, Span<BFloat16> to)
    {
        var bits = MemoryMarshal.Cast<BFloat16, ushort>(to[..from.Length]);
        var i = 0;
        for (; i <= from.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var (low, high) = (Round(Vector256.Create(from[i..])), Round(Vector256.Create(from[(i + Vector256<float>.Count)..])));
            Vector256.Narrow(low, high).CopyTo(bits[i..]);
        }
        for (; i < from.Length; i++) to[i] = BFloat16.FromSingle(from[i]);
    }

    private static Vector256<uint> Round(Vector256<float> value)
    {
        var bits = value.AsUInt32();
        var rounded = (bits + Vector256.Create(0x7FFFu) + ((bits >> 16) & Vector256<uint>.One)) >> 16;
        return Vector256.ConditionalSelect(Vector256.IsNaN(value).AsUInt32(), (bits >> 16) | Vector256.Create(0x40u), rounded);
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
