using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance;

/// <summary>Laws that every backend and code path keeps, for every op of the op set.</summary>
public sealed class EveryBackend
{
    private const int Problems = 60;
    private const int LargeProblems = 12;
    private const int SmallSize = 70;
    private const int LargeSize = 300;

    public static TheoryData<string, string> BackendsAndOps => Pairs(OpCase.Ops);

    public static TheoryData<string, string> BackendsAndRowOps => Pairs(OpCase.Ops.Where(op => Draws(op, 10, SmallSize).Any(draw => draw.Problem.RowsStandAlone)));

    [Fact]
    public void Every_op_has_a_conformance_case()
    {
        var covered = OpCase.All.Select(c => c.Op).ToHashSet();
        Assert.Empty(OpCase.Ops.Where(op => !covered.Contains(op)).Select(op => $"Backend.{op} has no conformance case: add one under Conformance/Cases."));
        Assert.Empty(covered.Except(OpCase.Ops).Select(op => $"Backend has no op '{op}': remove its case or correct its name."));
    }

    [Theory, MemberData(nameof(BackendsAndOps))]
    public void An_op_gives_what_the_reference_gives(string candidate, string op)
    {
        var backend = Candidate.Named(candidate).Require();
        foreach (var (problem, label) in Draws(op, Problems, SmallSize))
        {
            var expected = problem.Run(Reference.Instance);
            var actual = problem.Run(backend);
            for (var i = 0; i < expected.Count; i++)
                if (problem.Tolerance.Difference(expected[i], actual[i]) is { } difference)
                    Assert.Fail($"{backend.Name}: {op}, {label}, output {i}: {difference}.");
        }
    }

    [Theory, MemberData(nameof(BackendsAndOps))]
    public void An_op_gives_the_same_bits_in_every_run_and_with_any_number_of_threads(string candidate, string op)
    {
        var one = Candidate.Named(candidate).Simplest().Require();
        var many = Candidate.Named(candidate).Require();
        foreach (var (problem, label) in Draws(op, LargeProblems, LargeSize)) RequireSameBits(problem.Run(one), problem.Run(many), $"{many.Name}: {op}, {label}");
    }

    [Theory, MemberData(nameof(BackendsAndRowOps))]
    public void A_row_has_the_same_bits_alone_and_in_any_batch(string candidate, string op)
    {
        var backend = Candidate.Named(candidate).Require();
        foreach (var (problem, label) in Draws(op, LargeProblems, LargeSize).Where(draw => draw.Problem.RowsStandAlone))
        {
            var whole = problem.Run(backend);
            foreach (var (start, count) in Parts(problem.Rows)) RequireSameBits(Rows(whole, start, count), problem.Run(backend, start, count), $"{backend.Name}: {op}, {label}, rows {start}+{count}");
        }
    }

    private static TheoryData<string, string> Pairs(IEnumerable<string> ops)
    {
        var data = new TheoryData<string, string>();
        foreach (var op in ops)
            foreach (var candidate in Candidate.All)
                data.Add(candidate.Name, op);
        return data;
    }

    /// <summary>Single rows, the first rows and some in the middle.</summary>
    private static IEnumerable<(int Start, int Count)> Parts(int rows)
    {
        if (rows == 0) yield break;
        for (var i = 0; i < Math.Min(rows, 3); i++) yield return (i * (rows - 1) / 2, 1);
        yield return (0, (rows + 1) / 2);
        yield return (rows / 3, Math.Min(7, rows - rows / 3));
    }

    private static IEnumerable<(Problem Problem, string Label)> Draws(string op, int count, int largest)
    {
        foreach (var opCase in OpCase.All.Where(c => c.Op == op))
            foreach (var type in new[] { DType.F32, DType.F64 })
                for (var seed = 0; seed < count; seed++)
                    yield return (opCase.Make(new(seed, type, largest)), $"{type}, seed {seed}");
    }

    private static List<Tensor> Rows(Outputs outputs, int start, int count) => [.. All(outputs).Select(tensor => tensor.Rows(start, count))];

    private static IEnumerable<Tensor> All(Outputs outputs) => Enumerable.Range(0, outputs.Count).Select(i => outputs[i]);

    private static void RequireSameBits(Outputs expected, Outputs actual, string label) => RequireSameBits([.. All(expected)], actual, label);

    private static void RequireSameBits(List<Tensor> expected, Outputs actual, string label)
    {
        for (var i = 0; i < expected.Count; i++)
            Assert.True(Tolerance.SameBits(expected[i], actual[i]), $"{label}, output {i} of {actual[i].ShapeText} has other bits: {Tolerance.Exact.Difference(expected[i], actual[i])}.");
    }
}
