namespace SaeSharp.Numerics.Backends;

public sealed partial class Reference
{
    protected override void AddCore(Tensor a, Tensor b, Tensor y)
    {
        for (var i = 0L; i < y.Count; i++) y.Write(i, a.Read(i) + b.Read(i));
    }

    protected override void MultiplyCore(Tensor a, Tensor b, Tensor y)
    {
        for (var i = 0L; i < y.Count; i++) y.Write(i, a.Read(i) * b.Read(i));
    }

    protected override void ScaleCore(Tensor x, double factor, Tensor y)
    {
        for (var i = 0L; i < y.Count; i++) y.Write(i, factor * x.Read(i));
    }

    protected override void AddRowCore(Tensor x, Tensor bias, Tensor y)
    {
        for (var i = 0L; i < y.Count; i++) y.Write(i, x.Read(i) + bias.Read(i % x.Columns));
    }

    protected override void MultiplyRowCore(Tensor x, Tensor factors, Tensor y)
    {
        for (var i = 0L; i < y.Count; i++) y.Write(i, x.Read(i) * factors.Read(i % x.Columns));
    }

    protected override void SoftCapCore(Tensor x, double cap, Tensor y)
    {
        for (var i = 0L; i < y.Count; i++) y.Write(i, Cap(x.Read(i), cap));
    }

    protected override void AddColumnSumsCore(Tensor x, Tensor sums)
    {
        var totals = new double[x.Columns];
        for (var i = 0L; i < x.Count; i++) totals[i % x.Columns] += x.Read(i);
        AddTo(sums, totals);
    }

    protected override void ActivateCore(Activation activation, Tensor x, Tensor y)
    {
        for (var i = 0L; i < y.Count; i++) y.Write(i, Value(activation, x.Read(i)));
    }

    protected override void ActivateBackwardCore(Activation activation, Tensor x, Tensor dy, Tensor dx)
    {
        for (var i = 0L; i < dx.Count; i++) dx.Write(i, Slope(activation, x.Read(i)) * dy.Read(i));
    }

    private static double Value(Activation activation, double x) => activation switch
    {
        Activation.Relu => Math.Max(x, 0),
        Activation.Silu => x * Sigmoid(x),
        Activation.Gelu => x * NormalDistribution.Cumulative(x),
        Activation.GeluTanh => 0.5 * x * (1 + Math.Tanh(TanhArgument(x))),
        Activation.Sigmoid => Sigmoid(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, null),
    };

    private static double Slope(Activation activation, double x)
    {
        switch (activation)
        {
            case Activation.Relu:
                return x > 0 ? 1 : 0;
            case Activation.Silu:
                var s = Sigmoid(x);
                return s + x * s * (1 - s);
            case Activation.Gelu:
                return NormalDistribution.Cumulative(x) + x * NormalDistribution.Density(x);
            case Activation.GeluTanh:
                var t = Math.Tanh(TanhArgument(x));
                return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * Math.Sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
            case Activation.Sigmoid:
                var gate = Sigmoid(x);
                return gate * (1 - gate);
            default:
                throw new ArgumentOutOfRangeException(nameof(activation), activation, null);
        }
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double TanhArgument(double x) => Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
}
