using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>An activation with its slope, lane by lane.</summary>
internal interface IActivationForm<TVector> where TVector : struct
{
    static abstract TVector Value(TVector x);

    static abstract void Both(TVector x, out TVector value, out TVector slope);
}

/// <summary>max(x, 0).</summary>
internal readonly struct ReluForm<L, TVector> : IActivationForm<TVector> where L : ILanes<TVector> where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector x) => L.KeepNaN(x, L.Select(x, L.Broadcast(0), x, L.Broadcast(0)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Both(TVector x, out TVector value, out TVector slope)
    {
        value = Value(x);
        slope = L.Select(x, L.Broadcast(0), L.Broadcast(1), L.Broadcast(0));
    }
}

/// <summary>x·σ(x), whose slope is σ(x) + x·σ(x)·(1 − σ(x)).</summary>
internal readonly struct SiluForm<L, TVector> : IActivationForm<TVector> where L : ILanes<TVector> where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector x) => L.Multiply(x, RowKernel<L, TVector>.Sigmoid(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Both(TVector x, out TVector value, out TVector slope)
    {
        var s = RowKernel<L, TVector>.Sigmoid(x);
        value = L.Multiply(x, s);
        slope = L.MultiplyAdd(value, L.Subtract(L.Broadcast(1), s), s);
    }
}

/// <summary>σ(x), whose slope is σ(x)·(1 − σ(x)).</summary>
internal readonly struct SigmoidForm<L, TVector> : IActivationForm<TVector> where L : ILanes<TVector> where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector x) => RowKernel<L, TVector>.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Both(TVector x, out TVector value, out TVector slope)
    {
        value = Value(x);
        slope = L.Multiply(value, L.Subtract(L.Broadcast(1), value));
    }
}

/// <summary>x·σ(2u) with u = √(2/π)(x + 0.044715x³), which is ½x(1 + tanh u); its slope is σ + x·σ·(1 − σ)·2u'.</summary>
internal readonly struct GeluTanhForm<L, TVector> : IActivationForm<TVector> where L : ILanes<TVector> where TVector : struct
{
    private const float TwoRootTwoOverPi = 1.5957691216f, Cubic = 0.044715f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Value(TVector x) => L.Multiply(x, Gate(x, L.Multiply(x, x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Both(TVector x, out TVector value, out TVector slope)
    {
        var square = L.Multiply(x, x);
        var s = Gate(x, square);
        value = L.Multiply(x, s);
        var inner = L.Multiply(L.Broadcast(TwoRootTwoOverPi), L.MultiplyAdd(L.Broadcast(3 * Cubic), square, L.Broadcast(1)));
        slope = L.MultiplyAdd(L.Multiply(value, L.Subtract(L.Broadcast(1), s)), inner, s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Gate(TVector x, TVector square) =>
        RowKernel<L, TVector>.Sigmoid(L.Multiply(L.Multiply(L.Broadcast(TwoRootTwoOverPi), x), L.MultiplyAdd(L.Broadcast(Cubic), square, L.Broadcast(1))));
}
