namespace SaeSharp.Numerics.Tests.Conformance;

/// <summary>The tensors an op writes, each between two fences that must stay as they are.</summary>
public sealed class Outputs
{
    private const int Fence = 37;
    private const byte Untouched = 0xFE;
    private readonly List<(Tensor View, Tensor Fenced)> _all = [];

    public int Count => _all.Count;

    public Tensor this[int index] => _all[index].View;

    /// <summary>A tensor full of one odd number, so that an element nobody writes is seen.</summary>
    public Tensor New(DType type, params ReadOnlySpan<int> shape)
    {
        var count = 1;
        foreach (var size in shape) count *= size;
        var storage = new NativeStorage((count + 2L * Fence) * type.Size());
        var fenced = new Tensor(type, [count + 2 * Fence], storage);
        fenced.RawBytes().Fill(Untouched);
        var view = new Tensor(type, shape, storage, Fence * type.Size());
        _all.Add((view, fenced));
        return view;
    }

    /// <summary>A tensor that begins with the numbers of <paramref name="from"/>: for ops that add to it or work in place.</summary>
    public Tensor Copy(Tensor from)
    {
        var tensor = New(from.DType, from.Shape);
        from.CopyTo(tensor);
        return tensor;
    }

    /// <summary>Where an op may write over its input: sometimes that, sometimes a new tensor.</summary>
    public (Tensor X, Tensor Y) Maybe(bool inPlace, Tensor x)
    {
        if (!inPlace) return (x, New(x.DType, x.Shape));
        var y = Copy(x);
        return (y, y);
    }

    /// <summary>Which output was written beyond its end, or null.</summary>
    public string? BrokenFence()
    {
        foreach (var (view, fenced) in _all)
        {
            var bytes = fenced.RawBytes();
            var fence = Fence * fenced.DType.Size();
            if (bytes[..fence].ContainsAnyExcept(Untouched)) return $"Something was written before the start of {view.ShapeText}.";
            if (bytes[^fence..].ContainsAnyExcept(Untouched)) return $"Something was written behind the end of {view.ShapeText}.";
        }
        return null;
    }
}
