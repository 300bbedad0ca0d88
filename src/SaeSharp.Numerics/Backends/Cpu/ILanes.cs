namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>The vector instructions the kernels are written in, once for every width. Each kernel is compiled anew for each implementation.</summary>
/// <typeparam name="TVector">Vector512, Vector256 or Vector128 of float.</typeparam>
internal unsafe interface ILanes<TVector> where TVector : struct
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Rows of the matrix-product tile: as many as leave registers for two columns of vectors.</summary>
    static abstract int TileRows { get; }

    static abstract string Name { get; }
    static abstract TVector Load(float* p);
    static abstract TVector Load(BFloat16* p);

    /// <summary>As many 32-bit integers, rounded to floats.</summary>
    static abstract TVector LoadIntegers(int* p);

    static abstract void Store(float* p, TVector v);
    static abstract TVector Broadcast(float x);
    static abstract TVector Add(TVector a, TVector b);
    static abstract TVector Subtract(TVector a, TVector b);
    static abstract TVector Multiply(TVector a, TVector b);
    static abstract TVector Divide(TVector a, TVector b);
    static abstract TVector Max(TVector a, TVector b);
    static abstract TVector Min(TVector a, TVector b);
    static abstract TVector Sqrt(TVector a);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>One bit a lane: a &gt; b.</summary>
    static abstract uint GreaterThan(TVector a, TVector b);

    /// <summary>a &gt; b ? yes : no, lane by lane.</summary>
    static abstract TVector Select(TVector a, TVector b, TVector yes, TVector no);

    /// <summary>x where x is NaN, else y.</summary>
    static abstract TVector KeepNaN(TVector x, TVector y);

    /// <summary>2ⁿ for whole n in [−126, 127], given as a float.</summary>
    static abstract TVector PowerOfTwo(TVector n);

    static abstract TVector Round(TVector a);

    /// <summary>Sum of the lanes, always in the same tree.</summary>
    static abstract float Sum(TVector a);

    static abstract float MaxLane(TVector a);
}
