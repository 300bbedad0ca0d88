using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae steer MODEL PROMPT --feature SAE:N=COEF</c></summary>
internal static class SteerCommand
{
    public static Command Create(Shell shell)
    {
        var sweep = new Option<string?>("--sweep")
        {
            Description = "Instead: push the one feature at many strengths, given with commas between them in units of latents (left out: −1 to 8 times its largest value), and tell which act and leave language.", HelpName = "COEFS", Arity = ArgumentArity.ZeroOrOne,
        };
        var layers = new Option<string?>("--sweep-layers") { Description = "Layers of the sweep: 3, 2..5 or all. Left out: the feature's own.", HelpName = "LAYERS" };
        var command = shell.Verb<SteerRequest>("steer", new(["Model", "Prompt?"]), (session, request, parsed, cancel) => parsed.GetResult(sweep) is null
            ? session.Show(progress => session.Workspace.Steer(request, progress, cancel), (result, output) => Print(result, session, output))
            : session.Show(progress => session.Workspace.Sweep(SweepRequest.Of(request, parsed.GetValue(sweep), parsed.GetValue(layers)), progress, cancel), (result, output) => SweepTable.Print(result, session, output)));
        command.Add(sweep);
        command.Add(layers);
        return command;
    }

    private static void Print(SteerResult result, Session session, TextWriter output)
    {
        foreach (var feature in result.Features) Print(feature, output);
        foreach (var vector in result.Vectors)
            output.WriteLine($"{Visible.Text(vector.Name)}  {vector.Formula}, C {Figure.Of(vector.Coefficient)}, at {Visible.Text(vector.Hook)}, positions {vector.Positions}: {Figure.Share(vector.OfNorm)} of ‖h‖ ({Figure.Of(vector.MeanNorm)}), of which {Figure.Of(vector.Along)} lies along it by itself");
        output.WriteLine();
        output.WriteLine($"before  {Visible.Text(result.Before.Text)}");
        output.WriteLine($"after   {Visible.Text(result.After.Text)}");
        output.WriteLine();
        output.WriteLine($"next token at the end of the prompt: KL {Figure.Of(result.Kl)} nats{(result.KlOfReconstruction is { } alone ? $", of the SAE's reconstruction without a push {Figure.Of(alone)}" : "")}");
        var next = session.Sheet("token", ">before", ">after");
        foreach (var token in result.NextTokens.Take(8)) next.Add(token.Text, Figure.Share(token.Before), Figure.Share(token.After));
        next.Write(output);
        if (result.Words.Count > 0)
        {
            var words = session.Sheet("token compared", ">logit before", ">after", ">probability before", ">after", ">rank before", ">after");
            foreach (var word in result.Words) words.Add(word.Text, Figure.Of(word.LogitBefore), Figure.Of(word.LogitAfter), Figure.Share(word.Before), Figure.Share(word.After), $"{word.RankBefore}", $"{word.RankAfter}");
            words.Write(output);
        }
        if (result.Controls.Count > 0) Controls(result, session, output);
        foreach (var layer in result.Layers) Print(layer, result, session, output);
    }

    private static void Controls(SteerResult result, Session session, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("Controls: pushes of the same size, or a prompt. What they do alike is not the feature's doing. Loss: of the text under the model without edits");
        var sheet = session.Sheet("pushed", ">KL", ">loss", ">repeated", "text");
        sheet.Add("nothing", "0", Figure.Of(result.BeforeFigures?.Loss), Figure.Share(result.BeforeFigures?.Repetition), result.Before.Text);
        sheet.Add("as asked", Figure.Of(result.Kl), Figure.Of(result.AfterFigures?.Loss), Figure.Share(result.AfterFigures?.Repetition), result.After.Text);
        foreach (var control in result.Controls)
            sheet.Add(control.Kind switch { ControlKind.Opposite => "the opposite", ControlKind.Feature => "other features", ControlKind.Prompt => "nothing: another prompt", _ => "a random direction" }, Figure.Of(control.Kl), Figure.Of(control.Figures.Loss), Figure.Share(control.Figures.Repetition), control.Text.Text);
        sheet.Write(output);
    }

    private static void Print(SteeredFeature feature, TextWriter output)
    {
        output.WriteLine($"{Visible.Text(feature.Sae)}:{feature.Feature}  {feature.Formula}, C {Figure.Of(feature.Coefficient)}, at {Visible.Text(feature.Hook)}, positions {feature.Positions}");
        var where = feature.NaturalPosition is { } at ? $" at {at} \"{Visible.Text(feature.NaturalToken!)}\"" : "";
        output.WriteLine($"  natural here    {Figure.Of(feature.Natural)}{where}; its max in the index {Figure.Of(feature.IndexMax)}");
        output.WriteLine($"  C is            {Figure.Of(feature.TimesNatural)} × natural, {Figure.Of(feature.OfIndexMax)} × max, {Figure.Share(feature.OfNorm)} of ‖h‖ ({Figure.Of(feature.MeanNorm)})");
        output.WriteLine($"  re-encoded      {Figure.Of(feature.Reencoded)} at most, after the edit");
        if (feature.Note is { } note) output.WriteLine($"  note            {note}");
    }

    private static void Print(LayerChange layer, SteerResult result, Session session, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{Visible.Text(layer.Hook)}, read by {Visible.Text(layer.Sae)}: ‖h after‖ ÷ ‖h before‖ {Figure.Of(layer.NormRatio)}, cosine {Figure.Of(layer.Cosine)}; {layer.Appeared} features appeared, {layer.Vanished} vanished");
        var sheet = session.Sheet("where", ">feature", ">before", ">after", ">difference", "most at");
        foreach (var (part, changes) in new[] { ("prompt", layer.Prompt), ("continuation*", layer.Continuation) })
        {
            foreach (var change in changes)
                sheet.Add(part, $"{change.Feature}", Figure.Of(change.Before), Figure.Of(change.After), Figure.Signed(change.Difference), $"{change.Position} {result.ReadBack[change.Position].Text}");
        }
        sheet.Write(output);
        if (layer.Continuation.Count > 0) output.WriteLine($"* both runs over the same tokens: the continuation {result.ContinuationOf} steering");
    }
}
