using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Activations behind a gate, and the way back through both, over one row.</summary>
internal static unsafe class SlopeKernel<L, TVector> where L : ILanes<TVector> where TVector : struct
{
    private const int MaxLanes = 16;

    /// <summary>y = activation(gate) ⊙ up.</summary>
    public static void Gate(Activation activation, float* gate, float* up, float* y, int n)
    {
        switch (activation)
        {
            case Activation.Relu: Gate<ReluForm<L, TVector>>(gate, up, y, n); break;
            case Activation.Silu: Gate<SiluForm<L, TVector>>(gate, up, y, n); break;
            case Activation.GeluTanh: Gate<GeluTanhForm<L, TVector>>(gate, up, y, n); break;
            case Activation.Sigmoid: Gate<SigmoidForm<L, TVector>>(gate, up, y, n); break;
            default:
                for (var i = 0; i < n; i++) y[i] = (float)(Cumulative(gate[i]) * gate[i]) * up[i];
                break;
        }
    }

    /// <summary>dGate = dy ⊙ up ⊙ activation'(gate), dUp = dy ⊙ activation(gate). Without up it counts as 1, and dUp is left out.</summary>
    public static void Back(Activation activation, float* gate, float* up, float* dy, float* dGate, float* dUp, int n)
    {
        switch (activation)
        {
            case Activation.Relu: Back<ReluForm<L, TVector>>(gate, up, dy, dGate, dUp, n); break;
            case Activation.Silu: Back<SiluForm<L, TVector>>(gate, up, dy, dGate, dUp, n); break;
            case Activation.GeluTanh: Back<GeluTanhForm<L, TVector>>(gate, up, dy, dGate, dUp, n); break;
            case Activation.Sigmoid: Back<SigmoidForm<L, TVector>>(gate, up, dy, dGate, dUp, n); break;
            default: BackGelu(gate, up, dy, dGate, dUp, n); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gate<TForm>(float* gate, float* up, float* y, int n) where TForm : struct, IActivationForm<TVector>
    {
        var i = 0;
        for (; i + L.Count <= n; i += L.Count) L.Store(y + i, L.Multiply(TForm.Value(L.Load(gate + i)), L.Load(up + i)));
        if (i == n) return;
        float* a = stackalloc float[MaxLanes], b = stackalloc float[MaxLanes];
        for (var j = i; j < n; j++) (a[j - i], b[j - i]) = (gate[j], up[j]);
        L.Store(a, L.Multiply(TForm.Value(L.Load(a)), L.Load(b)));
        for (var j = i; j < n; j++) y[j] = a[j - i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Back<TForm>(float* gate, float* up, float* dy, float* dGate, float* dUp, int n) where TForm : struct, IActivationForm<TVector>
    {
        var i = 0;
        for (; i + L.Count <= n; i += L.Count) Step<TForm>(gate + i, up == null ? null : up + i, dy + i, dGate + i, dUp == null ? null : dUp + i);
        if (i == n) return;
        float* a = stackalloc float[MaxLanes], b = stackalloc float[MaxLanes], d = stackalloc float[MaxLanes], da = stackalloc float[MaxLanes], db = stackalloc float[MaxLanes];
        for (var j = i; j < n; j++) (a[j - i], b[j - i], d[j - i]) = (gate[j], up == null ? 1 : up[j], dy[j]);
        Step<TForm>(a, b, d, da, db);
        for (var j = i; j < n; j++)
        {
            dGate[j] = da[j - i];
            if (dUp != null) dUp[j] = db[j - i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TForm>(float* gate, float* up, float* dy, float* dGate, float* dUp) where TForm : struct, IActivationForm<TVector>
    {
        var d = L.Load(dy);
        TForm.Both(L.Load(gate), out var value, out var slope);
        L.Store(dGate, L.Multiply(up == null ? d : L.Multiply(d, L.Load(up)), slope));
        if (dUp != null) L.Store(dUp, L.Multiply(d, value));
    }

    private static void BackGelu(float* gate, float* up, float* dy, float* dGate, float* dUp, int n)
    {
        for (var i = 0; i < n; i++)
        {
            var (x, d) = ((double)gate[i], dy[i]);
            var share = Cumulative(x);
            var slope = share + x * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);
            dGate[i] = (float)(d * (up == null ? 1.0 : up[i]) * slope);
            if (dUp != null) dUp[i] = (float)(d * x * share);
        }
    }

    /// <summary>Φ(x).</summary>
    private static double Cumulative(double x) => 0.5 * ErrorFunction.Complement(-x * Math.Sqrt(0.5));
}
