using SaeSharp.Numerics;

namespace SaeSharp.Saes.Synthetic;

/// <summary>The features that fire in each sample of a batch, in slots: index −1 marks an empty one. Reused from batch to batch; grows when a sample does not fit.</summary>
internal sealed class ActiveFeatures
{
    private readonly int _rows;

    public ActiveFeatures(int rows, int slots = 96)
    {
        _rows = rows;
        (Indices, Values) = (Tensor.Zeros(DType.I32, rows, slots), Tensor.Zeros(DType.F32, rows, slots));
    }

    /// <summary>[rows, slots], i32.</summary>
    public Tensor Indices { get; private set; }

    /// <summary>[rows, slots].</summary>
    public Tensor Values { get; private set; }

    /// <summary>Twice the slots; what was in them is lost.</summary>
    public void Grow()
    {
        var slots = checked(2 * Indices.Columns);
        Indices.Free();
        Values.Free();
        (Indices, Values) = (Tensor.Zeros(DType.I32, _rows, slots), Tensor.Zeros(DType.F32, _rows, slots));
    }

    /// <summary>The first rows as codes of <paramref name="features"/> features.</summary>
    public SparseCodes ToCodes(int features, int rows)
    {
        var builder = new SparseCodesBuilder(features, rows);
        for (var row = 0; row < rows; row++) builder.AddSlots(Indices.Row<int>(row), Values.Row<float>(row));
        return builder.Build();
    }
}
