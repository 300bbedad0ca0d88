using CsCheck;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Saes.Tests.SparseCoding;

/// <summary>What holds for every dictionary and signal, the ill-posed ones included.</summary>
public class SparseCodingLaws
{
    private static readonly Backend Cpu = CpuBackend.Create(2);

    private static readonly Gen<Case> AnyCase =
        from seed in Gen.Int[0, int.MaxValue - 1]
        from d in Gen.Int[1, 16]
        from n in Gen.Int[1, 40]
        from ratio in Gen.Double[0.02, 1.2]
        from ridge in Gen.Int[0, 2].Select(third => third == 2 ? 0.3 : 0.0)
        from positive in Gen.Bool
        from kind in Gen.Int[0, 3]
        select Case.Of(seed, d, n, ratio, ridge, positive, kind);

    [Fact]
    public void Two_thousand_random_problems_come_to_the_least_objective_with_an_honest_gap() => AnyCase.Sample(problem =>
    {
        var dictionary = new AtomDictionary(problem.Tensor(DType.F64), Cpu);
        foreach (var precision in new[] { CodePrecision.F64, CodePrecision.F32 })
        {
            var options = new LassoOptions { LambdaRatio = problem.Ratio, Ridge = problem.Ridge, Positive = problem.Positive, Precision = precision };
            var answer = new Lasso(options).Solve(dictionary, problem.Signal)[0];
            var x = CodingGolden.Dense(answer, problem.Atoms.Length);
            var (lambda, isExact) = (answer.Lambda!.Value, precision == CodePrecision.F64);
            var least = PlainLasso.Objective(problem.Atoms, problem.B, PlainLasso.Solve(problem.Atoms, problem.B, lambda, problem.Ridge, problem.Positive), lambda, problem.Ridge);
            var reached = PlainLasso.Objective(problem.Atoms, problem.B, x, lambda, problem.Ridge);
            Assert.True(reached - least <= (isExact ? 1e-8 : 1e-5) * least + 1e-14, $"{precision}: {reached} against {least}, {answer.Why}");
            var gap = lambda > 0 ? PlainLasso.Gap(problem.Atoms, problem.B, x, lambda, problem.Ridge, problem.Positive) : 0;
            Assert.Equal(gap, answer.Gap!.Value, 1e-12 * Math.Max(1, PlainLasso.Dot(problem.B, problem.B)));
            Assert.NotEqual(StopReason.IterationLimit, answer.Why);
            if (problem.Positive) Assert.All(answer.Values, value => Assert.True(value > 0));
        }
    }, iter: 2000, threads: 1);

    [Fact]
    public void Pursuits_never_raise_the_residual_and_end_for_a_stated_reason() => AnyCase.Sample(problem =>
    {
        var dictionary = new AtomDictionary(problem.Tensor(DType.F32), Cpu);
        var options = new GreedyOptions { Count = problem.Atoms.Length, Positive = problem.Positive, Precision = CodePrecision.F64 };
        var path = new OrthogonalPursuit(options).Path(dictionary, problem.Signal)[0];
        var norm = Math.Sqrt(PlainLasso.Dot(problem.B, problem.B));
        for (var k = 0; k < path.Count; k++)
        {
            Assert.True(path[k].Residual <= (k > 0 ? path[k - 1].Residual : norm) + 1e-9 * norm);
            Assert.True(path[k].Indices.Length <= Math.Min(k + 1, problem.B.Length + (problem.Positive ? 1 : 0)));
        }
        Assert.True(new PlainPursuit(options).Solve(dictionary, problem.Signal)[0].Residual <= norm * (1 + 1e-12));
        Assert.True(new NonNegativeLeastSquares().Solve(dictionary, problem.Signal)[0].Residual <= norm * (1 + 1e-6));
    }, iter: 300, threads: 1);

    public static TheoryData<CodeMethod> Methods => [.. Enum.GetValues<CodeMethod>()];

    /// <summary>Residual, objective and gap of every method once more, from atoms, signal and weights alone. Basis pursuit may say that the atoms do not reach the signal.</summary>
    [Theory, MemberData(nameof(Methods))]
    public void What_certifies_a_code_is_what_an_independent_computation_finds(CodeMethod method) => AnyCase.Sample(problem =>
    {
        var lasso = method is CodeMethod.Lasso or CodeMethod.Lars or CodeMethod.Ista or CodeMethod.Fista;
        var options = new CodingOptions
        {
            Method = method, LambdaRatio = method == CodeMethod.Lars ? Math.Min(1, problem.Ratio) : problem.Ratio, Ridge = method == CodeMethod.Lasso ? problem.Ridge : 0, Gap = lasso ? 1e-4 : null,
            Count = method == CodeMethod.Lars ? null : Math.Min(5, problem.Atoms.Length), Positive = problem.Positive,
        };
        SparseAnswer answer;
        try
        {
            answer = options.Solver(CodePrecision.F64).Solve(new(problem.Tensor(DType.F64), Cpu), problem.Signal)[0];
        }
        catch (SparseCodingException error) when (method == CodeMethod.BasisPursuit)
        {
            Assert.Contains("no combination of the atoms", error.Message, StringComparison.Ordinal);
            return;
        }
        var (x, squares) = (CodingGolden.Dense(answer, problem.Atoms.Length), PlainLasso.Dot(problem.B, problem.B));
        var residual = PlainLasso.Residual(problem.Atoms, problem.B, x);
        Assert.Equal(answer.Indices.Order().Distinct(), answer.Indices);
        Assert.All(answer.Values, value => Assert.True(double.IsFinite(value) && value != 0 && (!problem.Positive || value > 0 || method is CodeMethod.Ridge or CodeMethod.BasisPursuit)));
        Assert.Equal(Math.Sqrt(PlainLasso.Dot(residual, residual)), answer.Residual, 1e-9 * Math.Sqrt(squares));
        if (!lasso || answer.Lambda is not > 0) return;
        Assert.Equal(PlainLasso.Objective(problem.Atoms, problem.B, x, answer.Lambda.Value, options.Ridge), answer.Objective!.Value, 1e-12 * Math.Max(1, squares));
        var gap = PlainLasso.Gap(problem.Atoms, problem.B, x, answer.Lambda.Value, options.Ridge, problem.Positive);
        if (answer.Gap is { } said) Assert.Equal(gap, said, 1e-12 * Math.Max(1, squares));
        if (answer.Why != StopReason.IterationLimit) Assert.InRange(gap, -1e-9 * squares, (method == CodeMethod.Lars ? 1e-9 : 1e-4 / 2 + 1e-9) * squares);
    }, iter: 100, threads: 1);

    /// <summary>An atom that leaves, and its like, must not come back at the λ at which it left.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void Every_knot_of_a_path_is_a_solution_where_atoms_are_alike(bool positive)
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var problem = Case.Of(seed, d: 3 + seed % 10, n: 4 + seed % 23, 0.01, 0, positive, kind: 2);
            var squares = PlainLasso.Dot(problem.B, problem.B);
            foreach (var knot in new LarsPath(new() { LeastRatio = 0.01, Positive = positive }).Knots(new(problem.Tensor(DType.F64), Cpu), problem.Signal)[0].Where(knot => knot.Lambda > 0))
                Assert.InRange(PlainLasso.Gap(problem.Atoms, problem.B, CodingGolden.Dense(knot, problem.Atoms.Length), knot.Lambda!.Value, 0, positive), -1e-9 * squares, 1e-9 * squares);
        }
    }

    /// <summary>An atom that is another's negative is no sum of the atoms beside it, whatever rounding says: where a share of 10⁻¹² was followed, weights came to 10¹².</summary>
    [Theory, InlineData(1019), InlineData(6464), InlineData(6471), InlineData(6556)]
    public void Non_negative_least_squares_stays_below_the_signal_where_atoms_are_opposite(int seed)
    {
        var problem = Case.Of(seed, d: 9 + seed % 7, n: 32 + seed % 5, 0.01, 0, positive: false, kind: 2);
        var answer = new NonNegativeLeastSquares().Solve(new(problem.Tensor(DType.F32), Cpu), problem.Signal)[0];
        Assert.Equal(StopReason.Solved, answer.Why);
        Assert.True(answer.Residual * answer.Residual <= PlainLasso.Dot(problem.B, problem.B));
    }

    /// <summary>Where a residual is rounding already, fitting again with one more atom made it 10⁻⁸ to 10⁻⁶ of the signal.</summary>
    [Theory, InlineData(5042), InlineData(5237), InlineData(16550)]
    public void A_positive_pursuit_keeps_a_fit_that_one_more_atom_would_spoil(int seed)
    {
        var problem = Case.Of(seed, d: 5 + seed % 9, n: 20 + seed % 17, 0.01, 0, positive: true, kind: 3);
        var options = new GreedyOptions { Count = problem.Atoms.Length, Positive = true, Precision = CodePrecision.F64 };
        var path = new OrthogonalPursuit(options).Path(new(problem.Tensor(DType.F32), Cpu), problem.Signal)[0];
        Assert.All(path.Zip(path.Skip(1)), step => Assert.True(step.Second.Residual <= step.First.Residual));
    }

    [Fact]
    public void A_signal_gets_the_same_code_alone_and_among_others()
    {
        var atoms = RandomTensors.Normal(1, 300, 24);
        var signals = RandomTensors.Normal(2, 40, 24);
        var dictionary = new AtomDictionary(atoms, Cpu);
        var together = new Lasso(new() { LambdaRatio = 0.2 }).Solve(dictionary, signals);
        var alone = new Lasso(new() { LambdaRatio = 0.2 }).Solve(new(atoms, CpuBackend.Create(1)), signals.Rows(17, 1))[0];
        Assert.Equal(together[17].Indices, alone.Indices);
        Assert.Equal(together[17].Values, alone.Values);
    }

    [Fact]
    public void Lambda_at_its_largest_or_above_gives_the_empty_code()
    {
        var dictionary = new AtomDictionary(RandomTensors.Normal(3, 30, 8), Cpu);
        var answer = new Lasso(new() { LambdaRatio = 1 }).Solve(dictionary, RandomTensors.Normal(4, 1, 8))[0];
        Assert.Equal((0, StopReason.ZeroIsOptimal, 0.0), (answer.Indices.Length, answer.Why, answer.Gap));
    }

    [Fact]
    public void What_has_no_answer_is_refused_with_its_numbers()
    {
        var atoms = RandomTensors.Normal(5, 6, 4);
        var dictionary = new AtomDictionary(atoms, Cpu);
        var signals = RandomTensors.Normal(6, 3, 4);
        signals.Row<float>(1)[2] = float.NaN;
        Assert.Contains("Signal 1 of 3", Assert.Throws<SparseCodingException>(() => new Lasso(new()).Solve(dictionary, signals)).Message, StringComparison.Ordinal);
        Assert.Contains("7 atoms", Assert.Throws<SparseCodingException>(() => new OrthogonalPursuit(new() { Count = 7 }).Solve(dictionary, RandomTensors.Normal(6, 1, 4))).Message, StringComparison.Ordinal);
        Assert.Throws<SparseCodingException>(() => new Lasso(new()).Solve(dictionary, RandomTensors.Normal(6, 1, 5)));
        Assert.Throws<SparseCodingException>(() => new LassoOptions { Lambda = 0 });
        Assert.Throws<SparseCodingException>(() => new BasisPursuit().Solve(new(atoms.Rows(0, 2), Cpu), RandomTensors.Normal(6, 1, 4)));
        atoms.Row<float>(3)[0] = float.PositiveInfinity;
        Assert.Contains("Atom 3 of 6", Assert.Throws<SparseCodingException>(() => new AtomDictionary(atoms, Cpu)).Message, StringComparison.Ordinal);
    }

    /// <summary>One problem: Gaussian atoms, some of them zero, repeated, or nearly alike.</summary>
    private sealed record Case(double[][] Atoms, double[] B, double Ratio, double Ridge, bool Positive)
    {
        public Tensor Signal => Numerics.Tensor.Of(B, 1, B.Length);

        public Tensor Tensor(DType type) => Numerics.Tensor.Of(Atoms.SelectMany(atom => atom).ToArray(), Atoms.Length, B.Length).To(type);

        public static Case Of(int seed, int d, int n, double ratio, double ridge, bool positive, int kind)
        {
            var random = new Random(seed);
            double[] Vector() => [.. Enumerable.Range(0, d).Select(_ => (double)(float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))];
            double[][] atoms = [.. Enumerable.Range(0, n).Select(_ => Vector())];
            for (var j = 1; j < n && kind > 0; j++)
            {
                if (random.Next(3) > 0) continue;
                var other = atoms[random.Next(j)];
                atoms[j] = kind switch { 1 => new double[d], 2 => [.. other], _ => [.. other.Zip(Vector(), (a, v) => (double)(float)(a + 0.1 * v))] };
                if (kind == 2 && random.Next(2) == 0) atoms[j] = [.. other.Select(value => -value)];
            }
            return new(atoms, Vector(), ratio, ridge, positive);
        }
    }
}
