using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Threads;
using SaeSharp.Saes.Training.Optimisers;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>Keeps decoder rows at unit length: the gradient's part along a row is taken out before the step, the length is put right after it.</summary>
/// <remarks>Bricken et al. 2023. Without the projection, Adam's moments would gather a direction that the renormalisation undoes every time.</remarks>
internal static class UnitNormDecoder
{
    /// <summary>∂W[i] −= (∂W[i]·u)u with u = W[i]/(‖W[i]‖ + <paramref name="slack"/>), on the threads of <paramref name="backend"/>.</summary>
    public static void Project(TrainedTensor decoder, double slack, Backend? backend = null)
    {
        if (decoder.Value.DType == DType.F64) Run<double>(decoder.Value, decoder.Gradient, slack, backend);
        else Run<float>(decoder.Value, decoder.Gradient, slack, backend);
    }

    /// <summary>W[i] /= ‖W[i]‖, on the threads of <paramref name="backend"/>.</summary>
    public static void Normalise(TrainedTensor decoder, Backend? backend = null)
    {
        if (decoder.Value.DType == DType.F64) Run<double>(decoder.Value, null, 0, backend);
        else Run<float>(decoder.Value, null, 0, backend);
    }

    private static void Run<T>(Tensor value, Tensor? gradient, double slack, Backend? backend) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var job = new RowsJob<T> { Value = value, Gradient = gradient, Slack = slack };
        (backend ?? Reference.Instance).Run(LatentJobs.RowParts(value.RowCount), ref job);
    }

    /// <summary>Projects the gradients of a few rows, or normalises the rows where there is no gradient. No row depends on another.</summary>
    private struct RowsJob<T> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Tensor Value;
        public Tensor? Gradient;
        public double Slack;

        public readonly void Run(int part)
        {
            var (first, end) = LatentJobs.Rows(part, Value.RowCount);
            for (var f = first; f < end; f++)
            {
                if (Gradient is null) Normalise(Value.Row<T>(f));
                else Project(Value.Row<T>(f), Gradient.Row<T>(f));
            }
        }

        private readonly void Project(ReadOnlySpan<T> row, Span<T> slope)
        {
            var length = Math.Sqrt(Dot(row, row)) + Slack;
            if (length == 0) return;
            var along = T.CreateTruncating(Dot(row, slope) / length / length);
            TensorPrimitives.MultiplyAdd(row, -along, slope, slope);
        }

        private static void Normalise(Span<T> row)
        {
            var norm = Math.Sqrt(Dot<T>(row, row));
            if (norm == 0) return;
            var factor = T.CreateTruncating(1 / norm);
            TensorPrimitives.Multiply(row, factor, row);
        }
    }

    /// <summary>Σ a·b, in f64. From the first number on, so that it does not depend on where a row lies.</summary>
    private static double Dot<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (i, sum) = (0, 0.0);
        if (typeof(T) == typeof(float))
        {
            ReadOnlySpan<float> x = MemoryMarshal.Cast<T, float>(a), y = MemoryMarshal.Cast<T, float>(b);
            Vector<double> low = default, high = default;
            for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector.Widen(new Vector<float>(x[i..]), out var xLow, out var xHigh);
                Vector.Widen(new Vector<float>(y[i..]), out var yLow, out var yHigh);
                low += xLow * yLow;
                high += xHigh * yHigh;
            }
            sum = Vector.Sum(low + high);
        }
        for (; i < a.Length; i++) sum += double.CreateTruncating(a[i]) * double.CreateTruncating(b[i]);
        return sum;
    }
}
