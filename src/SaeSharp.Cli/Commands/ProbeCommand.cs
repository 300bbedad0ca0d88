using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Probing;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae probe SAE --texts LABELLED</c></summary>
internal static class ProbeCommand
{
    public static Command Create(Shell shell) => shell.Verb<ProbeRequest>("probe", new(["Sae"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Probe(request, progress, cancel), (result, output) => Print(result, session, output)));

    private static void Print(ProbeResult result, Session session, TextWriter output)
    {
        output.WriteLine($"{Visible.Text(result.Sae)} at {Visible.Text(result.Hook)}: {Figure.Of((long)result.Training)} texts to learn from, {Figure.Of((long)result.Test)} held out{(result.LeftOut > 0 ? $", {result.LeftOut} without a token left out" : "")}");
        foreach (var label in result.Labels)
        {
            output.WriteLine();
            output.WriteLine($"{Visible.Text(label.Label)}: {Figure.Of((long)label.TestPositives)} of the held-out texts; always saying what is more frequent is right in {Figure.Share(label.Majority)}");
            var sheet = session.Sheet("probe on", ">accuracy", ">95 %", ">F1", ">95 %", ">AUROC", ">95 %", "latents, the most different first");
            foreach (var line in label.Probes)
                sheet.Add(Name(line.Reads, line.Count), Figure.Of(line.Accuracy.Value), Interval(line.Accuracy), Figure.Of(line.F1.Value), Interval(line.F1), Figure.Of(line.Auroc.Value), Interval(line.Auroc), string.Join(' ', line.Latents.Take(10).Select(latent => latent.Latent)));
            sheet.Write(output);
        }
        if (result.Labels.Count < 2) return;
        output.WriteLine();
        output.WriteLine("Mean over the labels");
        var means = session.Sheet("probe on", ">accuracy", ">F1", ">AUROC");
        foreach (var mean in result.Means) means.Add(Name(mean.Reads, mean.Count), Figure.Of(mean.Accuracy), Figure.Of(mean.F1), Figure.Of(mean.Auroc));
        means.Write(output);
    }

    private static string Name(string reads, int count) => $"{count} {reads}";

    private static string Interval(Estimate estimate) => $"{Figure.Of(estimate.Low)} to {Figure.Of(estimate.High)}";
}
