using System.Globalization;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Demo.Scoring;

namespace SaeSharp.Cli.Commands;

/// <summary>The tables of <c>sae demo score</c>.</summary>
internal static class DemoScoreTables
{
    public static void Print(DemoScoreResult result, Session session, TextWriter output)
    {
        output.WriteLine($"{Visible.Text(result.Model)}: chosen on {Figure.Of((long)result.Tokens)} tokens, measured on as many others; {Figure.Of(result.Seconds)} s");
        var concepts = session.Sheet("concept", "kind", ">of tokens", ">AUROC", ">F1", "latent", ">parts", ">k-sparse", ">probe", ">difference", ">coordinate", ">untrained");
        foreach (var concept in result.Concepts)
            concepts.Add(concept.Name, Word(concept.Kind), Figure.Share(concept.Share), Score(concept.Auroc), Score(concept.F1), Visible.Text($"{concept.Sae}:{concept.Feature}"), $"{concept.Parts}", concept.SparseProbe?.ToString(CultureInfo.InvariantCulture) ?? "> 64", Score(concept.Probe), Score(concept.Difference), Score(concept.Coordinate), Score(concept.Untrained));
        concepts.Write(output);
        output.WriteLine();
        output.WriteLine("Best single latent, mean over concepts (share at 0.95 or more)");
        var saes = session.Sheet("SAE", ">L0", ">words AUROC", ">at .95", ">F1", ">states AUROC", ">at .95", ">F1", ">states by sentence", ">at .95");
        foreach (var sae in result.Saes)
            saes.Add(Visible.Text(sae.Sae), Figure.Of(sae.L0), Score(sae.Word.Auroc), Figure.Share(sae.Word.Found), Score(sae.Word.F1!.Value), Score(sae.State.Auroc), Figure.Share(sae.State.Found), Score(sae.State.F1!.Value), Score(sae.SentenceState.Auroc), Figure.Share(sae.SentenceState.Found));
        saes.Write(output);
        output.WriteLine();
        output.WriteLine("Without a trained dictionary, mean AUROC over concepts");
        var layers = session.Sheet("hook", "kind", ">probe", ">at .95", ">difference", ">coordinate", ">untrained");
        foreach (var layer in result.Layers) layers.Add(Visible.Text(layer.Hook), Word(layer.Kind), Score(layer.Probe.Auroc), Figure.Share(layer.Probe.Found), Score(layer.Difference.Auroc), Score(layer.Coordinate.Auroc), Score(layer.Untrained.Auroc));
        layers.Write(output);
        if (result.Requests.Count == 0) return;
        output.WriteLine();
        output.WriteLine("Harmful request: AUROC of one latent, by position");
        var requests = session.Sheet("position", "pairs", "frames", ">AUROC", "latent", ">probe", ">untrained");
        foreach (var score in result.Requests) requests.Add(score.Position, score.Pairs, score.Frames, Score(score.Auroc), Visible.Text($"{score.Sae}:{score.Feature}"), Score(score.Probe), Score(score.Untrained));
        requests.Write(output);
    }

    private static string Score(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static string Word(Enum kind) => kind.ToString().ToLowerInvariant();
}
