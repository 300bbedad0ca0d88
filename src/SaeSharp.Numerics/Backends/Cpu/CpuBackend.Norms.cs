namespace SaeSharp.Numerics.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<L, TVector>
{
    protected override void RmsNormCore(Tensor x, Tensor? gain, double epsilon, Tensor y)
    {
        if (x.DType == DType.F64) Reference.Instance.RmsNorm(x, gain, epsilon, y);
        else Rows(new(x, null, y) { Gain = Floats(gain), Epsilon = (float)epsilon }, RowOp.RmsNorm);
        GC.KeepAlive(gain);
    }

    protected override void LayerNormCore(Tensor x, Tensor? gain, Tensor? bias, double epsilon, Tensor y)
    {
        if (x.DType == DType.F64) Reference.Instance.LayerNorm(x, gain, bias, epsilon, y);
        else Rows(new(x, null, y) { Gain = Floats(gain), Bias = Floats(bias), Epsilon = (float)epsilon }, RowOp.LayerNorm);
        Keep(gain, bias);
    }

    protected override void SoftmaxCore(Tensor x, Tensor y)
    {
        if (x.DType == DType.F64) Reference.Instance.Softmax(x, y);
        else Rows(new(x, null, y), RowOp.Softmax);
    }

    private static float* Floats(Tensor? tensor) => tensor is null ? null : tensor.Pointer<float>();
}
