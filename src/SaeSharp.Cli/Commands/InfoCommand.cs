using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae info TARGET</c></summary>
internal static class InfoCommand
{
    public static Command Create(Shell shell) => shell.Verb<InfoRequest>("info", new(["Target"]), (session, request, cancel) =>
        session.Show(progress => session.Workspace.Info(request, progress, cancel), Print));

    private static void Print(InfoResult result, TextWriter output)
    {
        if (result.Model is { } model) Print(model, output);
        if (result.Sae is { } sae) Print(sae, output);
    }

    private static void Print(ModelInfo model, TextWriter output)
    {
        output.WriteLine($"model       {Visible.Text(model.Name)}");
        output.WriteLine($"family      {model.Family}");
        output.WriteLine($"size        {Figure.Of(model.Parameters)} parameters, {Figure.Bytes(model.WeightBytes)} of weights");
        output.WriteLine($"shape       {model.Layers} layers, dModel {model.DModel}, {model.Heads} heads of {model.DHead} ({model.KeyValueHeads} for keys and values), dMlp {model.DMlp}, vocabulary {model.DVocab}, context {model.Context}");
        output.WriteLine($"tokenizer   {(model.HasTokenizer ? "yes" : "none: token ids only")}");
        output.WriteLine("hook points");
        foreach (var hook in model.Hooks) output.WriteLine($"  {hook}");
    }

    private static void Print(SaeInfo sae, TextWriter output)
    {
        output.WriteLine($"SAE           {Visible.Text(sae.Name)}");
        output.WriteLine($"architecture  {sae.Architecture}{(sae.K is { } k ? $", k {k}" : "")}");
        output.WriteLine($"shape         dIn {sae.DIn}, dSae {sae.DSae}, {Figure.Bytes(sae.WeightBytes)} of weights");
        output.WriteLine($"hook point    {Visible.Text(sae.Hook ?? "not said")} of {Visible.Text(sae.Model ?? "a model it does not name")}");
        if (Words(sae.Processing) is { Length: > 0 } words) output.WriteLine($"activations  {words[1..]}");
        if (sae.Claimed is { } claimed) output.WriteLine($"claimed       L0 {Figure.Of(claimed.L0)}, explained variance {Figure.Of(claimed.ExplainedVariance)} (by {Visible.Text(claimed.Release)}'s authors, not measured)");
        output.WriteLine($"weights       sha256 {sae.WeightsSha256}");
        if (sae.Quality is not { } quality) output.WriteLine("quality       not evaluated: sae eval");
        else EvalCommand.Print(quality, output);
    }

    /// <summary>What activations must have been through, to go on a sentence with; empty for nothing.</summary>
    public static string Words(ProcessingInfo processing) =>
        $"{(processing.CenterWritingWeights ? ", of a model with centred writing weights" : "")}{(processing.FoldLayerNorm ? ", with the norms' gains folded" : "")}{(processing.NormScalingFactor is { } factor ? $", times {Figure.Of(factor)} (in the weights)" : "")}";
}
