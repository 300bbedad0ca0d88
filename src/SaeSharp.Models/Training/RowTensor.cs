using SaeSharp.Numerics;

namespace SaeSharp.Models.Training;

/// <summary>A tensor with a row for each row of the batch at hand, in memory that is kept: [rows, axes].</summary>
internal sealed class RowTensor(RowSpace space, int[] axes)
{
    private Tensor? _room, _value, _flat;
    private Tensor[] _parts = [];
    private int _partRows;

    /// <summary>The tensor; what stood in it before the number of rows changed is lost.</summary>
    public Tensor Value => _value is not null && _value.Shape[0] == space.Rows ? _value : Fit();

    /// <summary>The same numbers as [rows, width]: all axes of a row as one.</summary>
    public Tensor Flat => Value.Rank == 2 ? Value : _flat ??= Value.Reshape(space.Rows, axes.Aggregate(1, (product, axis) => product * axis));

    /// <summary>The tensor in pieces of <paramref name="rows"/> rows, the last one shorter.</summary>
    public Tensor[] Parts(int rows)
    {
        var value = Value;
        if (_parts.Length == 0 || _partRows != rows)
        {
            _parts = new Tensor[(value.Shape[0] + rows - 1) / rows];
            for (var part = 0; part < _parts.Length; part++) _parts[part] = value.Rows(part * rows, Math.Min(rows, value.Shape[0] - part * rows));
            _partRows = rows;
        }
        return _parts;
    }

    private Tensor Fit()
    {
        if (_room is null || _room.Shape[0] < space.Rows)
        {
            space.Bytes -= _room?.Bytes ?? 0;
            _room?.Free();
            _room = Tensor.Zeros(space.Type, [space.Rows, .. axes]);
            space.Bytes += _room.Bytes;
        }
        (_parts, _flat) = ([], null);
        return _value = _room.Rows(0, space.Rows);
    }
}
