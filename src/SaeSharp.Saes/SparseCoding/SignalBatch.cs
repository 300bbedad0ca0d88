using SaeSharp.Numerics;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>Runs many signals together: one matrix product with all atoms a round, then a step of each signal that has no answer yet.</summary>
internal static class SignalBatch
{
    private const int MostRows = 256;
    private const long MostProducts = 1 << 24; // 64 MiB of f32

    public static SparseAnswer[] Solve(AtomDictionary dictionary, double[][] signals, Func<AtomDictionary, double[], SignalRun> start)
    {
        var answers = new SparseAnswer[signals.Length];
        var block = (int)Math.Clamp(MostProducts / dictionary.Count, 1, Math.Min(MostRows, Math.Max(signals.Length, 1)));
        var residuals = Tensor.Zeros(DType.F32, block, dictionary.Width);                                 // r/‖r‖   [block, d]
        var cosines = Tensor.Zeros(DType.F32, block, dictionary.Count);                                   // cos     [block, n]
        try
        {
            for (var first = 0; first < signals.Length; first += block)
            {
                SignalRun[] runs = [.. signals.Skip(first).Take(block).Select(signal => start(dictionary, signal))];
                Run(dictionary, runs, residuals, cosines);
                for (var i = 0; i < runs.Length; i++) answers[first + i] = runs[i].Answer!;
            }
        }
        finally
        {
            residuals.Free();
            cosines.Free();
        }
        return answers;
    }

    private static void Run(AtomDictionary dictionary, SignalRun[] runs, Tensor residuals, Tensor cosines)
    {
        var open = runs;
        while (true)
        {
            open = [.. open.Where(run => run.Answer is null)];
            if (open.Length == 0) return;
            for (var row = 0; row < open.Length; row++) Normalise(open[row], residuals.Row<float>(row));
            dictionary.Backend.MatMul(residuals.Rows(0, open.Length), dictionary.Unit, cosines.Rows(0, open.Length));
            var job = new StepJob(open, cosines);
            dictionary.Backend.Run(open.Length, ref job);
        }
    }

    private static void Normalise(SignalRun run, Span<float> to)
    {
        var norm = run.ResidualNorm;
        for (var i = 0; i < to.Length; i++) to[i] = norm > 0 ? (float)(run.Residual[i] / norm) : 0;
    }

    private readonly struct StepJob(SignalRun[] runs, Tensor cosines) : IJob
    {
        public void Run(int part) => runs[part].Step(cosines.Row<float>(part));
    }
}
