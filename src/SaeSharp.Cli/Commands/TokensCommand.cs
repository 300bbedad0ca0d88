using System.CommandLine;
using System.Text.Json;
using SaeSharp.Cli.Output;
using SaeSharp.Lab;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae tokens MODEL TEXT</c>: with --json one line a text.</summary>
internal static class TokensCommand
{
    public static Command Create(Console console) => Verb.Create<TokensRequest, TokensResult>(
        console, "tokens", [nameof(TokensRequest.Model), nameof(TokensRequest.Text)], (workspace, request, progress, cancel) => workspace.Tokens(request, progress, cancel), Print, PrintJson);

    private static void Print(TokensResult result, TextWriter output)
    {
        foreach (var line in result.Lines)
        {
            if (line.Text is { } text) output.WriteLine(Printable.Text(text));
            else TextTable.Write(output, [">id", "token", "chars"], line.Ids!.Select((id, i) => (string[])[$"{id}", Printable.Text(line.Tokens![i]), $"{line.Offsets![i][0]}–{line.Offsets[i][1]}"]));
        }
    }

    private static void PrintJson(TokensResult result, TextWriter output)
    {
        foreach (var line in result.Lines)
            output.WriteLine(line.Text is { } text
                ? JsonSerializer.Serialize(new { text }, LabJson.Options)
                : JsonSerializer.Serialize(new { ids = line.Ids, tokens = line.Tokens, offsets = line.Offsets }, LabJson.Options));
    }
}
