using SaeSharp.Numerics;

namespace SaeSharp.Models.Families;

/// <summary>A parameter in its tensor of the checkpoint. It is read in place where it lies in one piece the right way round, else copied when it is asked for.</summary>
internal sealed class StoredWeight
{
    private readonly Tensor _tensor;
    private readonly Stored _stored;
    private readonly int[] _shape;

    /// <param name="source">The tensor's name, for errors.</param>
    /// <param name="tensor">The whole tensor.</param>
    /// <param name="stored">What of it the parameter is; inside the tensor.</param>
    /// <param name="number">Its place among the model's parameters.</param>
    public StoredWeight(string source, Tensor tensor, Stored stored, int number = 0)
    {
        (Source, _tensor, _stored, Number) = (source, tensor, stored, number);
        _shape = tensor.Shape.ToArray();
        if (stored.IsTransposed && _shape.Length == 2) Array.Reverse(_shape);
        if (stored.Rows is { } rows) _shape[0] = checked((int)rows);
    }

    public string Source { get; }

    /// <summary>Its place among the model's parameters, from 0.</summary>
    public int Number { get; }

    public ReadOnlySpan<int> Shape => _shape;

    public DType DType => _tensor.DType;

    public string ShapeText => Numerics.Shape.Text(_shape);

    /// <summary>Number <paramref name="index"/> of parameters that are stacked along the first axis, which then lies there as <paramref name="stored"/> says.</summary>
    public StoredWeight Slice(int index, Stored stored) => new(Source, _tensor.Rows(index, 1).Reshape(_tensor.Shape[1..]), stored, Number + index);

    private bool IsTransposed => _stored.IsTransposed && _tensor.Rank == 2; // a bias has no other way round

    /// <summary>The whole tensor, where it is this parameter [inputs, outputs]; null where it is not.</summary>
    public Tensor? AsTransposed => IsTransposed && _stored.Rows is null ? _tensor : null;

    /// <summary>Whether <see cref="Read()"/> copies nothing.</summary>
    public bool IsInPlace => !IsTransposed && (_stored.Rows is null || (_stored.BlockCount == 1 && _stored.Next is null));

    /// <summary>The parameter as stored, without its <see cref="Stored.Offset"/>.</summary>
    public Tensor Read()
    {
        if (IsInPlace) return _stored.Rows is null ? _tensor : _tensor.Rows(_stored.Start, _stored.Size);
        var result = Tensor.Zeros(DType, _shape);
        if (IsTransposed) CopyTransposed(result);
        else CopyBlocks(result);
        return result;
    }

    /// <summary>The parameter in <paramref name="type"/>, complete.</summary>
    public Tensor Read(DType type)
    {
        var stored = Read();
        var tensor = stored.To(type);
        if (_stored.Offset == 0) return tensor;
        if (ReferenceEquals(tensor, stored)) tensor = tensor.Clone(); // the file's own pages stay as they are
        for (var i = 0L; i < tensor.Count; i++) tensor.Write(i, tensor.Read(i) + _stored.Offset);
        return tensor;
    }

    private void CopyBlocks(Tensor result)
    {
        var to = 0;
        for (var part = _stored; part is not null; part = part.Next)
            for (var block = 0; block < part.BlockCount; block++, to += part.Size)
                _tensor.Rows(part.Start + block * part.Stride, part.Size).CopyTo(result.Rows(to, part.Size));
    }

    private void CopyTransposed(Tensor result)
    {
        switch (DType)
        {
            case DType.BF16: CopyTransposed<BFloat16>(result); break;
            case DType.F16: CopyTransposed<Half>(result); break;
            case DType.F32: CopyTransposed<float>(result); break;
            default: CopyTransposed<double>(result); break;
        }
    }

    /// <summary>Goes by square tiles, so that both sides stay in the first-level cache.</summary>
    private unsafe void CopyTransposed<T>(Tensor result) where T : unmanaged
    {
        const int Tile = 32;
        var (outputs, inputs, columns) = (_shape[0], _shape[1], _tensor.Columns);
        var size = _stored.Size == 0 ? outputs : _stored.Size;
        var from = _tensor.Pointer<T>();
        var to = result.Pointer<T>();
        for (var tile = 0; tile < outputs; tile += Tile)
        {
            for (var first = 0; first < inputs; first += Tile)
            {
                for (var output = tile; output < Math.Min(outputs, tile + Tile); output++)
                {
                    var column = _stored.Start + output / size * _stored.Stride + output % size;
                    for (var input = first; input < Math.Min(inputs, first + Tile); input++)
                        to[(long)output * inputs + input] = from[(long)input * columns + column];
                }
            }
        }
        GC.KeepAlive(_tensor);
        GC.KeepAlive(result);
    }
}
