using SaeSharp.Numerics;

namespace SaeSharp.Saes.SparseCoding;

/// <summary>Finds codes x with A·x ≈ b, each signal b by itself: a signal's code does not depend on the signals beside it or on the number of threads.</summary>
public abstract class SparseSolver
{
    /// <summary>The codes of <paramref name="signals"/> [m, d], f32 or f64.</summary>
    /// <exception cref="SparseCodingException">A signal is not finite or of another width, or the options do not fit the dictionary.</exception>
    public SparseAnswer[] Solve(AtomDictionary dictionary, Tensor signals)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return SolveCore(dictionary, Rows(dictionary, signals));
    }

    /// <summary>The codes of checked signals.</summary>
    private protected abstract SparseAnswer[] SolveCore(AtomDictionary dictionary, double[][] signals);

    /// <summary>The signals as f64 rows, all finite and as wide as the atoms.</summary>
    internal static double[][] Rows(AtomDictionary dictionary, Tensor signals)
    {
        if (signals.DType is not (DType.F32 or DType.F64)) throw SparseCodingException.NotFloat(nameof(signals), signals.DType);
        if (signals.Rank == 0 || signals.Columns != dictionary.Width) throw SparseCodingException.WrongWidth(signals.ShapeText, dictionary.Width);
        var rows = new double[signals.RowCount][];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = signals.DType == DType.F64 ? signals.Row<double>(row).ToArray() : [.. signals.Row<float>(row).ToArray().Select(value => (double)value)];
            if (!double.IsFinite(AtomDictionary.Norm(rows[row]))) throw SparseCodingException.SignalNotFinite(row, rows.Length);
        }
        return rows;
    }

    /// <summary>Each signal's answer on the backend's threads.</summary>
    private protected static SparseAnswer[] Each(AtomDictionary dictionary, double[][] signals, Func<double[], SparseAnswer> solve)
    {
        var job = new EachJob(signals, solve, new SparseAnswer[signals.Length]);
        dictionary.Backend.Run(signals.Length, ref job);
        return job.Answers;
    }

    private readonly struct EachJob(double[][] signals, Func<double[], SparseAnswer> solve, SparseAnswer[] answers) : Numerics.Threads.IJob
    {
        public SparseAnswer[] Answers => answers;

        public void Run(int part) => answers[part] = solve(signals[part]);
    }
}
