using System.CommandLine;
using SaeSharp.Cli.Output;
using SaeSharp.Lab.Coding;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae code --sae SAE --texts FILE --method omp --l0 32</c>, <c>--compare</c></summary>
internal static class CodeCommand
{
    public static Command Create(Shell shell)
    {
        var compare = new Option<bool>("--compare") { Description = "Compare the SAE's encoder with OMP, the Lasso and its own features at their best weights, on its decoder and with as many features." };
        var rates = new Option<bool>("--rate-distortion") { Description = "What activations cost in bits, entropy-coded, and what that costs in error and loss: the SAE's codes beside OMP, Lasso, PCA, random projection and plain quantisation." };
        var picture = new Option<string?>("--picture") { Description = "An .svg of error against bits to write (--rate-distortion).", HelpName = "FILE" };
        var table = new Option<string?>("--table") { Description = "A .md with the comparison as a table to write (--compare, --rate-distortion).", HelpName = "FILE" };
        var command = shell.Verb<CodeRequest>("code", new([]), (session, request, parsed, cancel) =>
            parsed.GetValue(rates) ? session.Show(progress => session.Workspace.RateDistortion(Rates(request, parsed.GetValue(picture), parsed.GetValue(table)), progress, cancel), (result, output) => Print(result, session, output))
            : parsed.GetValue(compare) ? session.Show(progress => session.Workspace.CompareCodes(Comparison(request, parsed.GetValue(table)), progress, cancel), (result, output) => Print(result, session, output))
            : session.Show(progress => session.Workspace.Code(request, progress, cancel), Print));
        command.Add(compare);
        command.Add(rates);
        command.Add(picture);
        command.Add(table);
        return command;
    }

    private static CompareCodesRequest Comparison(CodeRequest request, string? table) => new() { Table = table, Sae = request.Sae, Model = request.Model, Corpus = request.Corpus, Tokens = request.Tokens };

    private static RateDistortionRequest Rates(CodeRequest request, string? picture, string? table) => new() { Table = table, Sae = request.Sae, Model = request.Model, Corpus = request.Corpus, Tokens = request.Tokens, Picture = picture };

    private static void Print(CodeResult result, TextWriter output)
    {
        output.WriteLine($"{Visible.Text(result.Dictionary)}: {Figure.Of((long)result.Atoms)} atoms of length {result.Width}, {Figure.Of(result.Signals)} signals by {result.Method}");
        output.WriteLine($"  L0 {Figure.Of(result.L0)}, FVU {Figure.Of(result.Fvu)}, residual share {Figure.Of(result.ResidualShare)}{(result.LargestGap is { } gap ? $", largest gap {Figure.Of(gap)} of ½‖b‖²" : "")}");
        output.WriteLine($"  {Figure.Of(result.Iterations)} iterations and {Figure.Of(1e6 * result.SecondsPerSignal)} µs a signal; stopped: {string.Join(", ", result.Stopped.Select(reason => $"{reason.Key} {Figure.Of(reason.Value)}"))}");
        if (result.Out is { } path) output.WriteLine($"  written to {Visible.Text(path)}");
        if (result.Saved is { } coder) output.WriteLine($"  saved as {Visible.Text(coder)}, which every verb that takes an SAE takes");
    }

    private static void Print(CompareCodesResult result, Session session, TextWriter output)
    {
        output.WriteLine($"{Visible.Text(result.Sae)} at {Visible.Text(result.Hook)}, {Figure.Of(result.Tokens)} tokens; CE {Figure.Of(result.CeOriginal)} nats, {Figure.Of(result.CeZero)} with zeros in its place");
        var sheet = session.Sheet("code", ">L0", ">FVU", ">CE", ">CE recovered", ">overlap", ">‖A·x‖/‖b‖", ">µs a token");
        foreach (var row in result.Rows)
            sheet.Add(row.Code, Figure.Of(row.L0), Figure.Of(row.Fvu), Figure.Of(row.Ce), Figure.Of(row.CeRecovered), Figure.Of(row.Overlap), Figure.Of(row.Shrinkage), Figure.Of(1e6 * row.SecondsPerToken));
        sheet.Write(output);
        Print("missed by the encoder", result.Missed, output);
        Print("invented by the encoder", result.Invented, output);
    }

    private static void Print(RateDistortionResult result, Session session, TextWriter output)
    {
        output.WriteLine($"{Visible.Text(result.Sae)} at {Visible.Text(result.Hook)}: {Figure.Of(result.Tokens)} tokens coded after {Figure.Of(result.TrainTokens)}; {32 * result.Width} bits a vector as it is; CE {Figure.Of(result.CeOriginal)} nats");
        var sheet = session.Sheet("method", ">entries", ">bits of the grid", ">bits counted", ">bits coded", ">FVU", ">CE", ">CE recovered");
        foreach (var point in result.Points)
            sheet.Add(point.Method, Figure.Of((long)point.Count), Figure.Of((long)point.Bits), Figure.Of(point.CountedBits), Figure.Of(point.CodedBits), Figure.Of(point.Fvu), Figure.Of(point.Ce), Figure.Of(point.CeRecovered));
        sheet.Write(output);
        if (result.Picture is { } path) output.WriteLine($"picture: {Visible.Text(path)}");
    }

    private static void Print(string title, IReadOnlyList<FeatureDisagreement> features, TextWriter output) =>
        output.WriteLine($"{title}: {(features.Count == 0 ? "none" : string.Join(", ", features.Select(one => $"{one.Feature} ({Figure.Of(one.Disagreements)} of {Figure.Of(one.Encoder)} fired, {Figure.Of(one.Omp)} used)")))}");
}
