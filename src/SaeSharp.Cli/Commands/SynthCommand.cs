using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Synthetic;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae synth --recipe R</c></summary>
internal static class SynthCommand
{
    public static Command Create(Shell shell) => shell.Verb<SynthRequest>("synth", new([]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Synth(request, progress, cancel), (result, output) => Print(result, session, output)));

    private static void Print(SynthResult result, Session session, TextWriter output)
    {
        output.WriteLine($"{result.Recipe}: {Figure.Of((long)result.DSae)} latents on {Figure.Of((long)result.Features)} features in {result.DIn} dimensions ({result.World}), L0 {Figure.Of(result.K)} asked for");
        var sheet = session.Sheet("method", ">samples", ">F1", ">MCC", ">uniqueness", ">explained", ">L0", ">precision", ">recall", ">dead", ">shrinkage");
        foreach (var point in result.Curve)
            sheet.Add(result.Recipe, Figure.Of(point.Samples), Score(point.F1), Score(point.Mcc), Score(point.Uniqueness), Score(point.ExplainedVariance), Figure.Of(point.L0), Score(point.Precision), Score(point.Recall), Figure.Of((long)point.Dead), Score(point.Shrinkage));
        foreach (var other in result.Published)
            sheet.Add($"{other.Method} (published)", Figure.Of(other.Samples), Score(other.F1), Score(other.Mcc), Score(other.Uniqueness), Score(other.ExplainedVariance), Figure.Of((long)other.L0), "–", "–", "–", "–");
        sheet.Write(output);
        var last = result.Curve[^1];
        output.WriteLine($"{Figure.Of(result.SamplesPerSecond)} samples/s generated and trained on; scored on {Figure.Of(last.EvalSamples)} samples with {Figure.Of(last.TrueL0)} features each");
    }

    private static string Score(double value) => value.ToString("F4", System.Globalization.CultureInfo.InvariantCulture);
}
