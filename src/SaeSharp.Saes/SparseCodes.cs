using SaeSharp.Numerics;

namespace SaeSharp.Saes;

/// <summary>Latents of many rows, only those that are not zero: compressed rows, ascending latent index within a row.</summary>
/// <remarks>Latents of row r stand at <see cref="RowStarts"/>[r] .. <see cref="RowStarts"/>[r + 1] of <see cref="Indices"/> and <see cref="Values"/>.</remarks>
public sealed class SparseCodes
{
    /// <param name="dSae">Number of latents.</param>
    /// <param name="rowStarts">[rows + 1], from 0, never falling.</param>
    /// <param name="indices">One latent index per entry.</param>
    /// <param name="values">One value per entry.</param>
    public SparseCodes(int dSae, int[] rowStarts, int[] indices, float[] values)
    {
        ArgumentNullException.ThrowIfNull(rowStarts);
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(values);
        if (rowStarts.Length == 0 || rowStarts[0] != 0 || rowStarts[^1] != indices.Length || indices.Length != values.Length)
            throw new ArgumentException($"Row starts must run from 0 to the number of entries; there are {indices.Length} indices and {values.Length} values.", nameof(rowStarts));
        (DSae, RowStarts, Indices, Values) = (dSae, rowStarts, indices, values);
    }

    public int DSae { get; }

    public int Rows => RowStarts.Length - 1;

    /// <summary>[Rows + 1].</summary>
    public int[] RowStarts { get; }

    public int[] Indices { get; }

    public float[] Values { get; }

    /// <summary>What run-time normalisation took out of each row, for <see cref="SparseAutoencoder.Decode"/> to put back; null where there is none.</summary>
    public RowScaling? Scaling { get; init; }

    /// <summary>What decoding adds to the latents' part of each row: a skip connection's or what a temporal SAE predicted, [rows, dOut]; null where there is none.</summary>
    public Tensor? Beside { get; init; }

    /// <summary>Latent indices of one row, ascending.</summary>
    public ReadOnlySpan<int> RowIndices(int row) => Indices.AsSpan(RowStarts[row], RowStarts[row + 1] - RowStarts[row]);

    /// <summary>Latent values of one row, beside <see cref="RowIndices"/>.</summary>
    public Span<float> RowValues(int row) => Values.AsSpan(RowStarts[row], RowStarts[row + 1] - RowStarts[row]);

    /// <summary>All latents, zeros included: [rows, dSae].</summary>
    public Tensor ToDense()
    {
        var dense = Tensor.Zeros(DType.F32, Rows, DSae);                      // f   [rows, dSae]
        for (var row = 0; row < Rows; row++)
        {
            var latents = dense.Row<float>(row);
            var indices = RowIndices(row);
            var values = RowValues(row);
            for (var i = 0; i < indices.Length; i++) latents[indices[i]] = values[i];
        }
        return dense;
    }

    /// <summary>The numbers of <paramref name="dense"/> [rows, dSae] that are not zero.</summary>
    public static SparseCodes FromDense(Tensor dense)
    {
        Shape.RequireType(dense, DType.F32);
        var builder = new SparseCodesBuilder(dense.Columns, dense.RowCount);
        for (var row = 0; row < dense.RowCount; row++) builder.AddDenseRow(dense.Row<float>(row));
        return builder.Build();
    }
}
