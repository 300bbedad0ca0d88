using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae info MODEL|SAE</c>.</summary>
internal static class InfoCommand
{
    public static Command Create(Console console) =>
        Verb.Create<InfoRequest, InfoResult>(console, "info", [nameof(InfoRequest.Target)], (workspace, request, progress, cancel) => workspace.Info(request, progress, cancel), Print);

    private static void Print(InfoResult info, TextWriter output)
    {
        if (info.Model is { } model) Print(model, output);
        if (info.Sae is { } sae) Print(sae, output);
    }

    private static void Print(ModelInfo model, TextWriter output)
    {
        TextTable.Pairs(output,
            ("model", Printable.Text(model.Name)), ("folder", Printable.Text(model.Path)), ("family", model.Family), ("layers", $"{model.Layers}"), ("dModel", $"{model.DModel}"),
            ("heads", $"{model.Heads} of {model.DHead}, {model.KeyValueHeads} for keys and values"), ("dMlp", $"{model.DMlp}"), ("dVocab", Printable.Count(model.DVocab)),
            ("context", model.Context is { } context ? $"{Printable.Count(context)} tokens" : "not stated"), ("parameters", Printable.Count(model.Parameters)),
            ("memory", $"{Printable.MiB(model.WeightBytes)} of weights"), ("tokenizer", model.HasTokenizer ? "yes" : "none: give token ids"));
        output.WriteLine($"hooks      {string.Join(", ", model.Hooks)}");
    }

    private static void Print(SaeInfo sae, TextWriter output)
    {
        TextTable.Pairs(output,
            ("sae", Printable.Text(sae.Name)), ("folder", Printable.Text(sae.Path)), ("architecture", sae.Architecture + (sae.K is { } k ? $", k = {k}" : "")),
            ("dIn", $"{sae.DIn}"), ("dSae", Printable.Count(sae.DSae)), ("hook", sae.Hook ?? "not stated"), ("model", Printable.Text(sae.Model ?? "not stated")),
            ("memory", $"{Printable.MiB(sae.WeightBytes)} of weights"), ("sha256", sae.WeightsSha256));
        if (sae.Quality is { } quality) EvalCommand.Print(quality, output);
        else output.WriteLine("No quality figures yet: sae eval measures them.");
    }
}
