using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Evaluating;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae eval SAE --model M --texts FILE</c></summary>
internal static class EvalCommand
{
    public static Command Create(Shell shell) => shell.Verb<EvalRequest>("eval", new(["Sae"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Eval(request, progress, cancel), Print));

    public static void Print(EvalResult result, TextWriter output)
    {
        output.WriteLine($"{Visible.Text(result.Sae)} at {Visible.Text(result.Hook)}, {Figure.Of(result.Tokens)} tokens");
        (string Name, double? Value)[] figures =
        [
            ("l0", result.L0), ("l1", result.L1), ("mse", result.Mse), ("fvu", result.Fvu), ("explainedVariance", result.ExplainedVariance), ("cosine", result.Cosine),
            ("shrinkage", result.Shrinkage), ("ceOriginal", result.CeOriginal), ("ceSpliced", result.CeSpliced), ("ceZero", result.CeZero), ("ceMean", result.CeMean),
            ("ceRecovered", result.CeRecovered), ("ceRecoveredMean", result.CeRecoveredMean), ("kl", result.Kl), ("deadFraction", result.DeadFraction), ("denseFraction", result.DenseFraction),
        ];
        foreach (var (name, value) in figures)
            output.WriteLine($"  {name,-18}{Figure.Of(value),10}{(result.Reasons.TryGetValue(name, out var reason) ? $"  ({reason})" : "")}");
    }
}
