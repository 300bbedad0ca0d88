using System.Diagnostics;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.SparseCoding;
using RandomTensors = SaeSharp.Lab.Benchmarks.RandomTensors;

namespace SaeSharp.Lab.Coding;

/// <summary>Times the solvers on unit atoms and signals of planted atoms plus 5 % noise, as the comparison with other libraries does.</summary>
internal sealed class CodeBench(CodeBenchRequest request, Backend backend)
{
    private const int Probes = 8, Bisections = 8;
    private const double Noise = 0.05;

    public CodeBenchResult Run(CancellationToken cancel)
    {
        var atoms = RandomTensors.Uniform(1, request.DSae, request.DIn);                                  // A'   [n, d]
        Normalise(atoms);
        var signals = Planted(atoms);                                                                     // B    [m, d]
        var dictionary = new AtomDictionary(atoms, backend);
        var ratio = Ratio(dictionary, signals.Rows(0, Math.Min(Probes, request.Signals)));
        var encoder = Median(Encoder(dictionary, signals), cancel) / request.Signals;
        var naive = new NaiveCoding(atoms);
        var options = new LassoOptions { LambdaRatio = ratio, Gap = request.Gap };
        var greedy = new GreedyOptions { Count = request.L0 };
        return new(request.DIn, request.DSae, request.Signals, ratio, encoder,
        [
            Row("lasso", new Lasso(options), row => naive.Lasso(row, ratio, request.Gap)),
            Row("omp", new OrthogonalPursuit(greedy), row => naive.Pursuit(row, request.L0)),
        ]);

        CodeBenchRow Row(string name, SparseSolver solver, Action<float[]> twin)
        {
            SparseAnswer[] answers = [];
            var seconds = Median(() => answers = solver.Solve(dictionary, signals), cancel) / request.Signals;
            var gaps = answers.Select((answer, i) => answer.Gap / HalfSquares(signals, i)).ToArray();
            return new(name, 1 / seconds, Naive(signals, twin, cancel), seconds / encoder, answers.Average(answer => answer.Indices.Length), gaps.Max(),
                answers.Select((answer, i) => answer.Residual / Math.Sqrt(2 * HalfSquares(signals, i))).Average());
        }
    }

    private double? Naive(Tensor signals, Action<float[]> twin, CancellationToken cancel)
    {
        if (request.NaiveSignals == 0) return null;
        var count = Math.Min(request.NaiveSignals, request.Signals);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            twin(signals.Row<float>(i).ToArray());
        }
        return count / clock.Elapsed.TotalSeconds;
    }

    private double Median(Action work, CancellationToken cancel)
    {
        work();
        var seconds = new double[request.Repetitions];
        for (var i = 0; i < seconds.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            work();
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(seconds);
        return seconds[seconds.Length / 2];
    }

    private Action Encoder(AtomDictionary dictionary, Tensor signals)
    {
        var packed = backend.Pack(dictionary.Atoms, Transpose.B);
        var bias = Tensor.Zeros(DType.F32, request.DSae);
        var k = Math.Min(request.L0, request.DSae);
        var (values, indices) = (Tensor.Zeros(DType.F32, request.Signals, k), Tensor.Zeros(DType.I32, request.Signals, k));
        return () => backend.EncodeTopK(signals, packed, bias, null, values, indices);
    }

    /// <summary>λ ÷ λ_max at which codes have the L0 asked for, on a few signals.</summary>
    private double Ratio(AtomDictionary dictionary, Tensor signals)
    {
        var (low, high) = (0.01, 0.9);
        for (var i = 0; i < Bisections; i++)
        {
            var middle = Math.Sqrt(low * high);
            var l0 = new Lasso(new() { LambdaRatio = middle, Gap = request.Gap }).Solve(dictionary, signals).Average(answer => answer.Indices.Length);
            (low, high) = l0 > request.L0 ? (middle, high) : (low, middle);
        }
        return Math.Sqrt(low * high);
    }

    private Tensor Planted(Tensor atoms)
    {
        var random = new Random(2);
        var signals = Tensor.Zeros(DType.F32, request.Signals, request.DIn);
        for (var row = 0; row < request.Signals; row++)
        {
            var signal = signals.Row<float>(row);
            foreach (var atom in random.GetItems([.. Enumerable.Range(0, request.DSae)], request.L0).Distinct())
            {
                var weight = (float)((0.5 + 1.5 * random.NextDouble()) * (random.Next(2) == 0 ? -1 : 1));
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(atoms.Row<float>(atom), weight, signal, signal);
            }
            var scale = Noise * System.Numerics.Tensors.TensorPrimitives.Norm<float>(signal) / Math.Sqrt(request.DIn);
            foreach (ref var value in signal) value += (float)(scale * Math.Sqrt(3) * (2 * random.NextDouble() - 1));
        }
        return signals;
    }

    private static void Normalise(Tensor atoms)
    {
        for (var row = 0; row < atoms.RowCount; row++)
        {
            var atom = atoms.Row<float>(row);
            System.Numerics.Tensors.TensorPrimitives.Divide(atom, System.Numerics.Tensors.TensorPrimitives.Norm<float>(atom), atom);
        }
    }

    private static double HalfSquares(Tensor signals, int row) => System.Numerics.Tensors.TensorPrimitives.SumOfSquares<float>(signals.Row<float>(row)) / 2.0;
}
