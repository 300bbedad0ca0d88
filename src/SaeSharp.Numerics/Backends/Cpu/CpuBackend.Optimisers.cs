using System.Numerics;
using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<L, TVector>
{
    private const int Chunk = 1 << 13;

    protected override void AdamCore(Tensor parameter, Tensor gradient, Tensor mean, Tensor meanSquare, AdamStep step)
    {
        if (parameter.DType == DType.F64)
        {
            Reference.Instance.Adam(parameter, gradient, mean, meanSquare, step);
            return;
        }
        var job = new AdamJob
        {
            W = parameter.Pointer<float>(), G = gradient.Pointer<float>(), M = mean.Pointer<float>(), V = meanSquare.Pointer<float>(), Count = parameter.Count,
            Beta1 = (float)step.Beta1, Beta2 = (float)step.Beta2, Rest1 = (float)(1 - step.Beta1), Rest2 = (float)(1 - step.Beta2),
            Epsilon = (float)step.Epsilon, Scale = (float)step.GradientScale, Keep = (float)(1 - step.LearningRate * step.WeightDecay),
            Rate = (float)(step.LearningRate / (1 - Math.Pow(step.Beta1, step.Step))), Correction = (float)(1 / (1 - Math.Pow(step.Beta2, step.Step))),
        };
        _pool.For((int)((job.Count + Chunk - 1) / Chunk), ref job, job.Count < SmallWork);
        Keep(parameter, gradient, mean, meanSquare);
    }

    protected override double SumOfSquaresCore(Tensor x)
    {
        if (x.DType == DType.F64) return Reference.Instance.SumOfSquares(x);
        var parts = (int)((x.Count + Chunk - 1) / Chunk);
        var sums = _scratch.Rent((long)parts * sizeof(double));
        var job = new SquaresJob { X = x.Pointer<float>(), Sums = (double*)sums.Address, Count = x.Count };
        _pool.For(parts, ref job, x.Count < SmallWork);
        var total = 0.0; // chunks have a fixed size and are added in order: the same bits on any number of threads
        for (var i = 0; i < parts; i++) total += job.Sums[i];
        _scratch.Return(sums);
        GC.KeepAlive(x);
        return total;
    }

    protected override void RowNormsCore(Tensor x, Tensor norms)
    {
        if (x.DType == DType.F64)
        {
            Reference.Instance.RowNorms(x, norms);
            return;
        }
        var job = new NormsJob { X = x.Pointer<float>(), Norms = norms.Pointer<float>(), Rows = x.RowCount, Columns = x.Columns, BlockRows = BlockRows(x.RowCount, x.Columns) };
        _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
        Keep(x, norms);
    }

    private struct AdamJob : IJob
    {
        public float* W, G, M, V;
        public long Count;
        public float Beta1, Beta2, Rest1, Rest2, Epsilon, Scale, Rate, Correction, Keep;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int part)
        {
            var first = (long)part * Chunk;
            var n = (int)Math.Min(Chunk, Count - first);
            float* w = W + first, g = G + first, m = M + first, v = V + first;
            TVector beta1 = L.Broadcast(Beta1), beta2 = L.Broadcast(Beta2), scale = L.Broadcast(Scale);
            TVector rest1 = L.Broadcast(Rest1), rest2 = L.Broadcast(Rest2), epsilon = L.Broadcast(Epsilon);
            TVector rate = L.Broadcast(-Rate), correction = L.Broadcast(Correction), keep = L.Broadcast(Keep);
            var i = 0;
            for (; i + L.Count <= n; i += L.Count)
            {
                var grad = L.Multiply(L.Load(g + i), scale);
                var mean = L.MultiplyAdd(beta1, L.Load(m + i), L.Multiply(rest1, grad));
                var square = L.MultiplyAdd(beta2, L.Load(v + i), L.Multiply(rest2, L.Multiply(grad, grad)));
                L.Store(m + i, mean);
                L.Store(v + i, square);
                var root = L.Add(L.Sqrt(L.Multiply(square, correction)), epsilon);
                L.Store(w + i, L.MultiplyAdd(rate, L.Divide(mean, root), L.Multiply(keep, L.Load(w + i))));
            }
            for (; i < n; i++)
            {
                var grad = g[i] * Scale;
                m[i] = MathF.FusedMultiplyAdd(Beta1, m[i], Rest1 * grad);
                v[i] = MathF.FusedMultiplyAdd(Beta2, v[i], Rest2 * (grad * grad));
                w[i] = MathF.FusedMultiplyAdd(-Rate, m[i] / (MathF.Sqrt(v[i] * Correction) + Epsilon), Keep * w[i]);
            }
        }
    }

    private struct SquaresJob : IJob
    {
        public float* X;
        public double* Sums;
        public long Count;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int part)
        {
            var first = (long)part * Chunk;
            var end = Math.Min(Count, first + Chunk);
            var i = first;
            Vector<double> low = default, high = default;
            for (; i + Vector<float>.Count <= end; i += Vector<float>.Count)
            {
                Vector.Widen(Unsafe.ReadUnaligned<Vector<float>>(X + i), out var a, out var b);
                low += a * a;
                high += b * b;
            }
            var sum = Vector.Sum(low + high);
            for (; i < end; i++) sum += (double)X[i] * X[i];
            Sums[part] = sum;
        }
    }

    private struct NormsJob : IJob
    {
        public float* X, Norms;
        public int Rows, Columns, BlockRows;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int part)
        {
            var end = Math.Min(Rows, (part + 1) * BlockRows);
            for (var row = part * BlockRows; row < end; row++)
            {
                var x = X + (long)row * Columns;
                Norms[row] = MathF.Sqrt(RowKernel<L, TVector>.Dot(x, x, Columns));
            }
        }
    }
}
