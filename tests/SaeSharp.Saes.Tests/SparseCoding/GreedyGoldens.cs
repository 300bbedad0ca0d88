using SaeSharp.Numerics;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Saes.Tests.SparseCoding;

/// <summary>Pursuits, NNLS, ridge and basis pursuit against references.</summary>
public class GreedyGoldens
{
    [Theory, MemberData(nameof(CodingGolden.Names), MemberType = typeof(CodingGolden))]
    public void Orthogonal_matching_pursuit_picks_the_same_atoms(string name)
    {
        using var golden = new CodingGolden(name);
        var (picks, norms, codes, most) = (golden.Integers("omp.picks"), golden.Numbers("omp.residual_norm"), golden.Codes("omp.x"), golden.Tensor("omp.picks").Columns);
        var paths = new OrthogonalPursuit(new() { Count = most, Precision = CodePrecision.F64 }).Path(golden.Dictionary, golden.Signals.Rows(0, 8));
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(most, paths[i].Count);
            for (var k = 0; k < most; k++)
            {
                Assert.Equal(norms[i * most + k], paths[i][k].Residual, 1e-9);
                CodingGolden.Close(golden.Canonical(codes[i * most + k]), golden.Canonical(CodingGolden.Dense(paths[i][k], golden.Dictionary.Count)), 1e-9);
                if (!golden.Has("copy_of")) Assert.Contains((int)picks[i * most + k], paths[i][k].Indices);
            }
        }
    }

    [Theory, MemberData(nameof(CodingGolden.Names), MemberType = typeof(CodingGolden))]
    public void Weights_rounded_to_f32_keep_the_atoms_and_the_residual_to_1e_5(string name)
    {
        using var golden = new CodingGolden(name);
        var (norms, most) = (golden.Numbers("omp.residual_norm"), golden.Tensor("omp.picks").Columns);
        var signals = golden.Signals.Rows(0, 8);
        for (var k = 1; k <= most; k += 5)
        {
            var (exact, rounded) = (new OrthogonalPursuit(new() { Count = k, Precision = CodePrecision.F64 }).Solve(golden.Dictionary, signals), new OrthogonalPursuit(new() { Count = k }).Solve(golden.Dictionary, signals));
            for (var i = 0; i < 8; i++)
            {
                Assert.Equal(exact[i].Indices, rounded[i].Indices);
                Assert.Equal(norms[i * most + k - 1], rounded[i].Residual, 1e-5 * AtomDictionary.Norm(signals.Row<double>(i)));
            }
        }
    }

    [Theory, MemberData(nameof(CodingGolden.Names), MemberType = typeof(CodingGolden))]
    public void Orthogonal_matching_pursuit_stops_at_the_residual_asked_for(string name)
    {
        using var golden = new CodingGolden(name);
        var (tolerances, counts) = (golden.Numbers("omp.tol"), golden.Integers("omp.tol_k"));
        var most = golden.Tensor("omp.picks").Columns;
        for (var i = 0; i < 8; i++)
            for (var t = 0; t < 4; t++)
            {
                var b = golden.Signals.Row<double>(i).ToArray();
                var answer = new OrthogonalPursuit(new() { Count = most, Residual = tolerances[i * 4 + t] / PlainLasso.Dot(b, b), Precision = CodePrecision.F64 }).Solve(golden.Dictionary, golden.Signals.Rows(i, 1))[0];
                Assert.Equal(counts[i * 4 + t] < 0 ? StopReason.CountReached : StopReason.ResidualReached, answer.Why);
                Assert.Equal(counts[i * 4 + t] < 0 ? most : counts[i * 4 + t], answer.Iterations);
            }
    }

    [Theory, MemberData(nameof(CodingGolden.Names), MemberType = typeof(CodingGolden))]
    public void Matching_pursuit_takes_the_same_steps(string name)
    {
        using var golden = new CodingGolden(name);
        var (norms, codes) = (golden.Numbers("mp.residual_norm"), golden.Codes("mp.x"));
        var n = golden.Dictionary.Count;
        foreach (var steps in new[] { 1, 7, 32 }.Where(steps => steps <= n))
        {
            var answers = new PlainPursuit(new() { Count = steps, Precision = CodePrecision.F64 }).Solve(golden.Dictionary, golden.Signals.Rows(0, 8));
            for (var i = 0; i < 8; i++)
            {
                Assert.Equal(norms[i * 32 + steps - 1], answers[i].Residual, 1e-9);
                if (steps == 32) CodingGolden.Close(golden.Canonical(codes[i]), golden.Canonical(CodingGolden.Dense(answers[i], n)), 1e-9);
            }
        }
    }

    [Theory, MemberData(nameof(CodingGolden.Names), MemberType = typeof(CodingGolden))]
    public void Non_negative_pursuit_picks_the_same_atoms(string name)
    {
        using var golden = new CodingGolden(name);
        var (picks, norms, codes, most) = (golden.Integers("nnomp.picks"), golden.Numbers("nnomp.residual_norm"), golden.Codes("nnomp.x"), golden.Tensor("nnomp.picks").Columns);
        var paths = new OrthogonalPursuit(new() { Count = most, Positive = true, Precision = CodePrecision.F64 }).Path(golden.Dictionary, golden.Tensor("B_nonnegative"));
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(Enumerable.Range(0, most).Count(k => picks[i * most + k] >= 0), paths[i].Count);
            for (var k = 0; k < paths[i].Count; k++)
            {
                Assert.Equal(norms[i * most + k], paths[i][k].Residual, 1e-9);
                CodingGolden.Close(golden.Canonical(codes[i * most + k], true), golden.Canonical(CodingGolden.Dense(paths[i][k], golden.Dictionary.Count), true), 1e-9);
            }
        }
    }

    [Theory, MemberData(nameof(CodingGolden.Names), MemberType = typeof(CodingGolden))]
    public void Non_negative_least_squares_is_the_same(string name)
    {
        using var golden = new CodingGolden(name);
        var (codes, norms, unique) = (golden.Codes("nnls.x"), golden.Numbers("nnls.residual_norm"), golden.Integers("nnls.unique"));
        var columns = Golden.Json("golden/sparse-coding/solutions.json").GetProperty("dictionaries").GetProperty(name).GetProperty("nnls").GetProperty("columns").GetInt32();
        var answers = new NonNegativeLeastSquares(CodePrecision.F64).Solve(new(golden.Atoms.Rows(0, columns), golden.Dictionary.Backend), golden.Tensor("B_nonnegative"));
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(norms[i], answers[i].Residual, 1e-9);
            Assert.All(answers[i].Values, value => Assert.True(value > 0));
            if (unique[i] == 1) CodingGolden.Close(codes[i], CodingGolden.Dense(answers[i], golden.Dictionary.Count), 1e-9);
        }
    }

    [Theory, MemberData(nameof(CodingGolden.Names), MemberType = typeof(CodingGolden))]
    public void The_ridge_is_the_same(string name)
    {
        using var golden = new CodingGolden(name);
        var (codes, n) = (golden.Numbers("ridge.x"), golden.Dictionary.Count);
        double[] penalties = [1e-3, 0.1, 10];
        for (var t = 0; t < 3; t++)
        {
            var answers = new Ridge(penalties[t]).Solve(golden.Dictionary, golden.Signals.Rows(0, 4));
            for (var i = 0; i < 4; i++) CodingGolden.Close(codes[((i * 3 + t) * n)..((i * 3 + t + 1) * n)], CodingGolden.Dense(answers[i], n), 1e-9);
        }
    }

    [Theory, InlineData("sparse"), InlineData("dense")]
    public void Basis_pursuit_finds_the_one_solution_with_a_certificate(string which)
    {
        using var file = Golden.Tensors("golden/sparse-coding/basis-pursuit.safetensors");
        var atoms = CodingGolden.Transposed(file.Read("bp.A"));
        var answer = new BasisPursuit().Solve(new(atoms, Numerics.Backends.Cpu.CpuBackend.Create(1)), file.Read($"bp.{which}.b").Reshape(1, atoms.Columns))[0];
        CodingGolden.Close(file.Read($"bp.{which}.x").Span<double>().ToArray(), CodingGolden.Dense(answer, atoms.RowCount), 1e-9);
        Assert.InRange(answer.Gap!.Value, 0, 1e-9);
        Assert.InRange(answer.Residual, 0, 1e-9);
    }
}
