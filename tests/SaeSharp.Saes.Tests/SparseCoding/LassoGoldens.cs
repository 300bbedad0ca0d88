using SaeSharp.Numerics;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Saes.Tests.SparseCoding;

/// <summary>Lasso, elastic net and paths against exact f64 solutions.</summary>
public class LassoGoldens
{
    private static readonly double[] Ratios = [1, 0.7, 0.3, 0.1, 0.03, 0.01];

    public static TheoryData<string, bool, CodePrecision> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool, CodePrecision>();
            foreach (string name in new[] { "incoherent", "random", "correlated", "duplicates", "tall" })
                foreach (var positive in new[] { false, true })
                    foreach (var precision in new[] { CodePrecision.F32, CodePrecision.F64 }) cases.Add(name, positive, precision);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_lasso_reaches_the_least_objective_with_an_honest_gap(string name, bool positive, CodePrecision precision)
    {
        using var golden = new CodingGolden(name);
        var tag = positive ? "positive" : "signed";
        var (alphas, objectives, margins) = (golden.Numbers($"lasso.{tag}.alpha"), golden.Numbers($"lasso.{tag}.objective"), golden.Numbers($"lasso.{tag}.support_margin"));
        var codes = golden.Codes($"lasso.{tag}.x");
        var (signals, d) = (golden.Signals, golden.Dictionary.Width);
        double[][] atoms = [.. Enumerable.Range(0, golden.Dictionary.Count).Select(j => golden.Atoms.Row<double>(j).ToArray())];
        var isExact = precision == CodePrecision.F64;
        for (var t = 0; t < Ratios.Length; t++)
        {
            var byRatio = new Lasso(new() { LambdaRatio = Ratios[t], Positive = positive, Precision = precision }).Solve(golden.Dictionary, signals);
            for (var i = 0; i < signals.RowCount; i++)
            {
                var (lambda, expected, b) = (d * alphas[i * Ratios.Length + t], objectives[i * Ratios.Length + t], signals.Row<double>(i).ToArray());
                var answer = byRatio[i];
                Assert.Equal(lambda, answer.Lambda!.Value, 1e-12 * lambda);
                var x = CodingGolden.Dense(answer, golden.Dictionary.Count);
                Assert.InRange(PlainLasso.Objective(atoms, b, x, lambda, 0) - expected, -1e-12 * Math.Max(1, expected), (isExact ? 1e-12 : 1e-5) * expected);
                Assert.Equal(PlainLasso.Objective(atoms, b, x, lambda, 0), answer.Objective!.Value, 1e-12 * Math.Max(1, expected));
                Assert.Equal(PlainLasso.Gap(atoms, b, x, lambda, 0, positive), answer.Gap!.Value, 2e-13 * Math.Max(1, PlainLasso.Dot(b, b)));
                if (isExact) CodingGolden.Close(codes[i * Ratios.Length + t], golden.Canonical(x, positive), 1e-8);
                if (margins[i * Ratios.Length + t] > (isExact ? 1e-6 : 1e-3))
                    Assert.Equal(Support(codes[i * Ratios.Length + t]), Support(golden.Canonical(x, positive)));
            }
        }
    }

    [Theory, MemberData(nameof(CodingGolden.Names), MemberType = typeof(CodingGolden))]
    public void The_elastic_net_is_the_same(string name)
    {
        using var golden = new CodingGolden(name);
        var (alphas, objectives, codes) = (golden.Numbers("enet.alpha"), golden.Numbers("enet.objective"), golden.Codes("enet.x"));
        double[] shares = [0.5, 0.5, 0.9];
        for (var i = 0; i < 4; i++)
            for (var t = 0; t < 3; t++)
            {
                var scale = golden.Dictionary.Width * alphas[i * 3 + t];
                var answer = new Lasso(new() { Lambda = scale * shares[t], Ridge = scale * (1 - shares[t]), Precision = CodePrecision.F64 }).Solve(golden.Dictionary, golden.Signals.Rows(i, 1))[0];
                Assert.Equal(objectives[i * 3 + t], answer.Objective!.Value, 1e-12 * objectives[i * 3 + t]);
                var rounded = new Lasso(new() { Lambda = scale * shares[t], Ridge = scale * (1 - shares[t]) }).Solve(golden.Dictionary, golden.Signals.Rows(i, 1))[0];
                Assert.InRange(rounded.Objective!.Value - objectives[i * 3 + t], -1e-12, 1e-5 * objectives[i * 3 + t]);
                CodingGolden.Close(codes[i * 3 + t], CodingGolden.Dense(answer, golden.Dictionary.Count), 1e-8);
            }
    }

    [Theory, MemberData(nameof(CodingGolden.Names), MemberType = typeof(CodingGolden))]
    public void A_path_of_lambdas_is_the_same(string name)
    {
        using var golden = new CodingGolden(name);
        var (alphas, objectives, codes) = (golden.Numbers("path.alphas"), golden.Numbers("path.objective"), golden.Codes("path.x"));
        for (var t = 0; t < alphas.Length; t++)
        {
            var answer = new Lasso(new() { Lambda = golden.Dictionary.Width * alphas[t], Precision = CodePrecision.F64 }).Solve(golden.Dictionary, golden.Signals.Rows(0, 1))[0];
            Assert.Equal(objectives[t], answer.Objective!.Value, 1e-12 * objectives[t]);
            CodingGolden.Close(codes[t], golden.Canonical(CodingGolden.Dense(answer, golden.Dictionary.Count)), 1e-8);
        }
    }

    [Theory, MemberData(nameof(CodingGolden.Names), MemberType = typeof(CodingGolden))]
    public void The_knots_of_the_homotopy_are_the_same(string name)
    {
        using var golden = new CodingGolden(name);
        foreach (var (method, drop) in new[] { ("lasso", true), ("lar", false) })
        {
            var (alphas, codes) = (golden.Numbers($"lars.{method}.alphas"), golden.Codes($"lars.{method}.x"));
            var knots = new LarsPath(new() { LeastRatio = 2e-3, Drop = drop }).Knots(golden.Dictionary, golden.Signals.Rows(0, 1))[0];
            Assert.Equal(alphas.Length, knots.Count);
            for (var k = 0; k < alphas.Length; k++)
            {
                Assert.Equal(alphas[k], knots[k].Lambda!.Value / golden.Dictionary.Width, 1e-10 * alphas[0]);
                CodingGolden.Close(codes[k], golden.Canonical(CodingGolden.Dense(knots[k], golden.Dictionary.Count)), 1e-8);
            }
        }
    }

    [Theory, MemberData(nameof(CodingGolden.Names), MemberType = typeof(CodingGolden))]
    public void Ista_and_Fista_go_the_same_way(string name)
    {
        using var golden = new CodingGolden(name);
        var lipschitz = Golden.Json("golden/sparse-coding/solutions.json").GetProperty("dictionaries").GetProperty(name).GetProperty("ista").GetProperty("L").GetDouble();
        var lambdas = golden.Numbers("ista.lambda");
        foreach (var (tag, momentum) in new[] { ("ista", Momentum.None), ("fista", Momentum.Nesterov) })
            foreach (var positive in new[] { false, true })
            {
                var (x, objectives) = (golden.Numbers($"{tag}.{(positive ? "positive" : "signed")}.x"), golden.Numbers($"{tag}.{(positive ? "positive" : "signed")}.objective"));
                for (var i = 0; i < 4; i++)
                {
                    var options = new ProximalOptions { Lambda = lambdas[i], Lipschitz = lipschitz, Steps = 50, Momentum = momentum, Positive = positive };
                    var (answer, trace) = new ProximalGradient(options).Trace(golden.Dictionary, golden.Signals.Rows(i, 1))[0];
                    for (var step = 0; step < 50; step++) Assert.Equal(objectives[i * 50 + step], trace[step], 1e-10 * objectives[i * 50 + step]);
                    CodingGolden.Close(x[(i * golden.Dictionary.Count)..((i + 1) * golden.Dictionary.Count)], CodingGolden.Dense(answer, golden.Dictionary.Count), 1e-9);
                }
            }
    }

    [Fact]
    public void Fista_with_restarts_comes_to_the_same_minimum()
    {
        using var golden = new CodingGolden("incoherent");
        var lasso = new Lasso(new() { LambdaRatio = 0.1, Precision = CodePrecision.F64 }).Solve(golden.Dictionary, golden.Signals);
        var fista = new ProximalGradient(new() { LambdaRatio = 0.1, Gap = 1e-9, Steps = 5000 }).Solve(golden.Dictionary, golden.Signals);
        for (var i = 0; i < lasso.Length; i++)
        {
            Assert.Equal(StopReason.GapReached, fista[i].Why);
            Assert.InRange(fista[i].Objective!.Value - lasso[i].Objective!.Value, -1e-13, fista[i].Gap!.Value + 1e-13);
        }
    }

    private static int[] Support(double[] x) => [.. Enumerable.Range(0, x.Length).Where(j => x[j] != 0)];
}
