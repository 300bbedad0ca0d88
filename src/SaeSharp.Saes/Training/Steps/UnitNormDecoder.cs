using System.Numerics;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Threads;
using SaeSharp.Saes.Training.Optimisers;

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
            for (var i = 0; i < row.Length; i++) slope[i] -= along * row[i];
        }

        private static void Normalise(Span<T> row)
        {
            var norm = Math.Sqrt(Dot<T>(row, row));
            if (norm == 0) return;
            var factor = T.CreateTruncating(1 / norm);
            for (var i = 0; i < row.Length; i++) row[i] *= factor;
        }
    }

    private static double Dot<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += double.CreateTruncating(a[i]) * double.CreateTruncating(b[i]);
        return sum;
    }
}
