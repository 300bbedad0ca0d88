using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Evaluating;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae eval SAE --model M --texts FILE</c>.</summary>
internal static class EvalCommand
{
    public static Command Create(Console console) => Verb.Create<EvalRequest, EvalResult>(
        console, "eval", [nameof(EvalRequest.Sae)], (workspace, request, progress, cancel) => workspace.Eval(request, progress, cancel), Print);

    public static void Print(EvalResult eval, TextWriter output)
    {
        TextTable.Pairs(output,
            ("L0", $"{Printable.Number(eval.L0)} latents a token"),
            ("FVU", $"{Printable.Number(eval.Fvu)} of the variance unexplained (explained {Printable.Number(eval.ExplainedVariance)})"),
            ("cosine", $"{Printable.Number(eval.Cosine)}, ‖x̂‖/‖x‖ {Printable.Number(eval.Shrinkage)}"),
            ("loss", $"{Printable.Number(eval.CeOriginal)} nats untouched, {Printable.Number(eval.CeSpliced)} with the SAE, {Printable.Number(eval.CeZero)} with zeros, {Printable.Number(eval.CeMean)} with the mean"),
            ("CE recovered", $"{Printable.Number(eval.CeRecovered)} of zero ablation's loss, {Printable.Number(eval.CeRecoveredMean)} of mean ablation's"),
            ("KL", $"{Printable.Number(eval.Kl)} nats"),
            ("dead", $"{Printable.Percent(eval.DeadFraction)} of latents, dense {Printable.Percent(eval.DenseFraction)}"),
            ("tokens", Printable.Count(eval.Tokens)));
        foreach (var (figure, reason) in eval.Reasons) output.WriteLine($"{figure}: {Printable.Text(reason)}");
    }
}
