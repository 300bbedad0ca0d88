using System.Globalization;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Cli.Commands;

/// <summary>The table of <c>sae steer --sweep</c>.</summary>
internal static class SweepTable
{
    public static void Print(SweepResult result, Session session, TextWriter output)
    {
        output.WriteLine($"feature {result.Feature} of {Visible.Text(result.Sae)}: natural here {Figure.Of(result.Natural)}, its max in the index {Figure.Of(result.IndexMax)}{(result.KlOfReconstruction is { } alone ? $"; KL of the SAE's reconstruction without a push {Figure.Of(alone)}" : "")}");
        output.WriteLine($"without a push  loss {Figure.Of(result.Figures.Loss)}, repeated {Figure.Share(result.Figures.Repetition)}  {Visible.Text(result.Text)}");
        var sheet = session.Sheet(">layer", ">C", ">of ‖h‖", ">KL", ">loss", ">repeated", result.Word is { } word ? $">logit of {Visible.Text(word)}" : ">logit", "", "text");
        foreach (var layer in result.Layers)
            foreach (var cell in layer.Cells)
                sheet.Add(layer.Layer?.ToString(CultureInfo.InvariantCulture) ?? "–", Figure.Of(cell.Coefficient), Figure.Share(cell.OfNorm), Figure.Of(cell.Kl), Figure.Of(cell.Loss), Figure.Share(cell.Repetition),
                    cell.WordChange is { } change ? Figure.Signed(change) : "–", !cell.IsLanguage ? "breaks" : cell.Acts ? "acts" : "", cell.Text);
        sheet.Write(output);
        foreach (var layer in result.Layers)
            output.WriteLine(layer.Suggested is { } range ? $"{Visible.Text(layer.Hook)}: try {Figure.Of(range.Low)}{(range.High > range.Low ? $" to {Figure.Of(range.High)}" : "")}" : $"{Visible.Text(layer.Hook)}: none of these acts and leaves language");
    }
}
