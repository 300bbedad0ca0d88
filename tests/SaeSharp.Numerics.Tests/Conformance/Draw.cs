using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance;

/// <summary>Random sizes and numbers for one conformance problem; the seed replays it.</summary>
public sealed class Draw(int seed, DType type, int largest)
{
    private readonly Random _random = new(seed);

    /// <summary>The type the op computes in: F32 or F64.</summary>
    public DType Type => type;

    /// <summary>Often 0 or 1, else log-uniform up to the largest: a multiple of nothing in particular.</summary>
    public int Size() => _random.NextDouble() switch
    {
        < 0.06 => 0,
        < 0.15 => 1,
        _ => (int)Math.Exp(_random.NextDouble() * Math.Log(largest + 1.0)),
    };

    /// <summary>Like <see cref="Size"/>, but never 0.</summary>
    public int PositiveSize() => Math.Max(1, Size());

    public int Below(int count) => _random.Next(count);

    public bool Coin() => _random.Next(2) == 0;

    public T OneOf<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];

    /// <summary>The computing type or one of the 16-bit storage types.</summary>
    public DType WeightType() => OneOf(type, DType.BF16, DType.F16);

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    public int[] Integers(int count, int from, int to) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(from, to))];

    /// <summary>Standard normal numbers of the computing type.</summary>
    public Tensor Normals(params ReadOnlySpan<int> shape) => Fill(type, shape, Normal);

    /// <summary>Standard normal numbers of another type.</summary>
    public Tensor Normals(DType ofType, params ReadOnlySpan<int> shape) => Fill(ofType, shape, Normal);

    /// <summary>Normal numbers, now and then one of <paramref name="specials"/>.</summary>
    public Tensor NormalsWith(ReadOnlySpan<double> specials, params ReadOnlySpan<int> shape)
    {
        var odd = specials.ToArray();
        return Fill(type, shape, () => _random.Next(12) == 0 ? odd[_random.Next(odd.Length)] : Normal());
    }

    /// <summary>Multiples of ¼ in [−2, 2]: sums of thousands of products are exact in f32, and ties are common.</summary>
    public Tensor Quarters(DType ofType, params ReadOnlySpan<int> shape) => Fill(ofType, shape, () => _random.Next(-8, 9) / 4.0);

    /// <summary>Numbers above 0.</summary>
    public Tensor Positives(params ReadOnlySpan<int> shape) => Fill(type, shape, () => Math.Abs(Normal()) + 0.01);

    /// <summary>A tensor that is a view a few elements into its storage, as row ranges are: kernels must not count on alignment.</summary>
    public Tensor Fill(DType ofType, ReadOnlySpan<int> shape, Func<double> number)
    {
        var count = 1L;
        foreach (var size in shape) count *= size;
        var lead = _random.Next(6);
        var tensor = new Tensor(ofType, shape, new NativeStorage((count + lead) * ofType.Size()), lead * ofType.Size());
        for (var i = 0L; i < count; i++) tensor.Write(i, number());
        return tensor;
    }

    public RotaryTable RotaryTable(int positions, int pairs)
    {
        var frequencies = new double[pairs];
        for (var i = 0; i < pairs; i++) frequencies[i] = Math.Pow(100, -(double)i / pairs);
        return Backends.RotaryTable.Of(positions, frequencies, OneOf(RotaryPairs.Halves, RotaryPairs.Neighbours), type, Coin() ? 1 : 1.25);
    }
}
