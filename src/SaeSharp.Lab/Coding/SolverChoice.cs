using SaeSharp.Numerics;
using SaeSharp.Saes.SparseCoding;

namespace SaeSharp.Lab.Coding;

/// <summary>What a request asks of a solver.</summary>
internal static class SolverChoice
{
    private const int Bisections = 14, SampledSignals = 256, DefaultCount = 32;

    /// <param name="request">What is asked.</param>
    /// <param name="dictionary">The atoms.</param>
    /// <param name="sample">Signals on which a λ for <see cref="CodeRequest.L0"/> is found.</param>
    public static CodingOptions Of(CodeRequest request, AtomDictionary dictionary, Tensor sample)
    {
        Require(request);
        return new()
        {
            Method = request.Method, LambdaRatio = request.LambdaRatio ?? 0.1, Ridge = request.Ridge, Residual = request.Residual ?? 0, Gap = request.Gap, Positive = request.Positive,
            Lambda = request is { Method: CodeMethod.Lasso, L0: { } l0 } ? LambdaFor(l0, dictionary, sample, request.Positive) : request.Lambda,
            Count = request.L0 ?? request.Method switch
            {
                CodeMethod.Omp or CodeMethod.Mp => request.Residual is null ? Math.Min(DefaultCount, dictionary.Count) : Math.Min(dictionary.Count, dictionary.Width),
                _ => null,
            },
        };
    }

    /// <summary>One λ for all signals with which the codes of <paramref name="sample"/> have <paramref name="l0"/> atoms on average.</summary>
    public static double LambdaFor(double l0, AtomDictionary dictionary, Tensor sample, bool positive)
    {
        sample = sample.Rows(0, Math.Min(SampledSignals, sample.RowCount));
        var top = new Lasso(new() { LambdaRatio = 1, Positive = positive }).Solve(dictionary, sample).Max(answer => answer.Lambda!.Value);
        if (top == 0) return 1; // every signal is zero: any λ gives their empty codes
        var (low, high) = (1e-4 * top, top);
        for (var i = 0; i < Bisections; i++)
        {
            var middle = Math.Sqrt(low * high);
            var found = new Lasso(new() { Lambda = middle, Positive = positive, Gap = 1e-4 }).Solve(dictionary, sample).Average(answer => answer.Indices.Length);
            (low, high) = found > l0 ? (middle, high) : (low, middle);
        }
        return Math.Sqrt(low * high);
    }

    /// <summary>Flags that the method does not look at are refused: they were meant for something.</summary>
    private static void Require(CodeRequest request)
    {
        (string Flag, bool Given, bool Used)[] flags =
        [
            ("--lambda", request.Lambda is not null, request.Method is CodeMethod.Lasso or CodeMethod.Ista or CodeMethod.Fista or CodeMethod.Ridge),
            ("--lambda-ratio", request.LambdaRatio is not null, request.Method is CodeMethod.Lasso or CodeMethod.Lars or CodeMethod.Ista or CodeMethod.Fista),
            ("--ridge", request.Ridge != 0, request.Method is CodeMethod.Lasso),
            ("--l0", request.L0 is not null, request.Method is CodeMethod.Lasso or CodeMethod.Lars or CodeMethod.Omp or CodeMethod.Mp),
            ("--residual", request.Residual is not null, request.Method is CodeMethod.Omp or CodeMethod.Mp),
            ("--gap", request.Gap is not null, request.Method is CodeMethod.Lasso or CodeMethod.Ista or CodeMethod.Fista),
            ("--positive", request.Positive, request.Method is not (CodeMethod.Ridge or CodeMethod.BasisPursuit)),
        ];
        foreach (var (flag, given, used) in flags)
            if (given && !used) throw OptionException.Invalid($"The method {request.Method} does not take {flag}.", "Leave it out, or choose another --method.");
        string[] scales = [.. new (string Flag, bool Given)[] { ("--lambda", request.Lambda is not null), ("--lambda-ratio", request.LambdaRatio is not null), ("--l0", request.L0 is not null && request.Method is (CodeMethod.Lasso or CodeMethod.Lars)) }
            .Where(scale => scale.Given).Select(scale => scale.Flag)];
        if (scales.Length > 1) throw OptionException.Invalid($"{string.Join(" and ", scales)} were given, expected one of them: each sets λ.", "Leave out all but one.");
    }
}
