using SaeSharp.Numerics;

namespace SaeSharp.Saes;

/// <summary>Turns encoder matrices between the file's layout [dIn, dSae] and one row for each latent [dSae, dIn].</summary>
internal static class MatrixTranspose
{
    private const int Tile = 32; // both sides of a tile stay in the first-level cache

    public static Tensor Of(Tensor matrix)
    {
        var result = Tensor.Zeros(matrix.DType, matrix.Columns, matrix.RowCount);
        if (matrix.DType == DType.F64) Copy<double>(matrix, result);
        else Copy<float>(matrix, result);
        return result;
    }

    private static unsafe void Copy<T>(Tensor from, Tensor to) where T : unmanaged
    {
        var (rows, columns) = (from.RowCount, from.Columns);
        var source = from.Pointer<T>();
        var target = to.Pointer<T>();
        for (var r0 = 0; r0 < rows; r0 += Tile)
            for (var c0 = 0; c0 < columns; c0 += Tile)
                for (var r = r0; r < Math.Min(r0 + Tile, rows); r++)
                    for (var c = c0; c < Math.Min(c0 + Tile, columns); c++)
                        target[(long)c * rows + r] = source[(long)r * columns + c];
        GC.KeepAlive(from);
        GC.KeepAlive(to);
    }
}
