using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;

namespace SaeSharp.Saes;

/// <summary>x·W in blocks of rows, so that the [rows, dSae] matrix is never whole in memory.</summary>
internal sealed class DenseEncoder(Tensor wEnc, Backend backend)
{
    private const long BlockElements = 1 << 22; // 16 MiB of f32
    private readonly PackedMatrix _packed = backend.Pack(wEnc, Transpose.None);

    /// <summary>Hands on the products of each block, first rows first: <paramref name="take"/>(start of the block, [count, dSae]), which it may overwrite.</summary>
    public void EachBlock(Tensor input, Action<int, Tensor> take)
    {
        var block = (int)Math.Clamp(BlockElements / _packed.N, 1, Math.Max(input.RowCount, 1));
        var buffer = Tensor.Zeros(DType.F32, block, _packed.N);
        for (var start = 0; start < input.RowCount; start += block)
        {
            var count = Math.Min(block, input.RowCount - start);
            var products = buffer.Rows(0, count);
            backend.MatMul(input.Rows(start, count), _packed, products);      // x·W    [count, dSae]
            take(start, products);
        }
        buffer.Free();
    }

    /// <summary>Hands on the products of each row, [dSae].</summary>
    public void EachRow(Tensor input, Action<Span<float>> take) => EachBlock(input, (_, products) =>
    {
        for (var row = 0; row < products.RowCount; row++) take(products.Row<float>(row));
    });
}
