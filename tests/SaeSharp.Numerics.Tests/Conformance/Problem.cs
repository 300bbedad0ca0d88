using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance;

/// <summary>One op with inputs drawn, ready to run on any backend.</summary>
public sealed class Problem
{
    private readonly Action<Backend, Outputs, int, int> _run;

    private Problem(int rows, bool standAlone, Tolerance tolerance, Action<Backend, Outputs, int, int> run) =>
        (Rows, RowsStandAlone, Tolerance, _run) = (rows, standAlone, tolerance, run);

    /// <summary>An op whose rows do not meet: <paramref name="run"/> gets which rows to compute, and its outputs hold these rows only.</summary>
    public static Problem ByRows(int rows, Tolerance tolerance, Action<Backend, Outputs, int, int> run) => new(rows, true, tolerance, run);

    /// <summary>An op that mixes rows, or has none.</summary>
    public static Problem Whole(Tolerance tolerance, Action<Backend, Outputs> run) => new(0, false, tolerance, (backend, outputs, _, _) => run(backend, outputs));

    public int Rows { get; }

    public bool RowsStandAlone { get; }

    public Tolerance Tolerance { get; }

    /// <summary>Runs it over all rows.</summary>
    public Outputs Run(Backend backend) => Run(backend, 0, Rows);

    /// <summary>Runs it over a range of rows; fails where it writes outside its outputs.</summary>
    public Outputs Run(Backend backend, int start, int count)
    {
        var outputs = new Outputs();
        _run(backend, outputs, start, count);
        Assert.Null(outputs.BrokenFence());
        return outputs;
    }
}
