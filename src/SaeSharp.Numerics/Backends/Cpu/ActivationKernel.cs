namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>The non-linearities over one row.</summary>
internal static unsafe class ActivationKernel<L, TVector> where L : ILanes<TVector> where TVector : struct
{
    public static void Apply(Activation activation, float* x, float* y, int n)
    {
        switch (activation)
        {
            case Activation.Relu: RowKernel<L, TVector>.Map(x, y, n, default(Relu)); break;
            case Activation.Silu: RowKernel<L, TVector>.Map(x, y, n, default(Silu)); break;
            case Activation.GeluTanh: RowKernel<L, TVector>.Map(x, y, n, default(GeluTanh)); break;
            case Activation.Sigmoid: RowKernel<L, TVector>.Map(x, y, n, default(Sigmoid)); break;
            default:
                for (var i = 0; i < n; i++) y[i] = (float)(x[i] * 0.5 * ErrorFunction.Complement(-x[i] * Math.Sqrt(0.5)));
                break;
        }
    }

    private readonly struct Relu : IFunction<TVector>
    {
        public TVector Of(TVector x) => L.KeepNaN(x, L.Select(x, L.Broadcast(0), x, L.Broadcast(0)));
    }

    private readonly struct Silu : IFunction<TVector>
    {
        // −∞ would give −∞ · 0: the limit is 0, and no finite activation reaches it.
        public TVector Of(TVector x) => L.Multiply(x, RowKernel<L, TVector>.Sigmoid(x));
    }

    private readonly struct Sigmoid : IFunction<TVector>
    {
        public TVector Of(TVector x) => RowKernel<L, TVector>.Sigmoid(x);
    }

    private readonly struct GeluTanh : IFunction<TVector>
    {
        public TVector Of(TVector x)
        {
            const float RootTwoOverPi = 0.7978845608f, Cubic = 0.044715f;
            var inner = L.Multiply(L.Multiply(L.Broadcast(RootTwoOverPi), x), L.MultiplyAdd(L.Broadcast(Cubic), L.Multiply(x, x), L.Broadcast(1)));
            return L.Multiply(x, RowKernel<L, TVector>.Sigmoid(L.Add(inner, inner))); // ½(1 + tanh u) = σ(2u)
        }
    }
}
