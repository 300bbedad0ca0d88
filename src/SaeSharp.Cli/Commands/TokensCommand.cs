using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using SaeSharp.Cli.Output;
using SaeSharp.Lab;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Cli.Commands;

/// <summary><c>sae tokens MODEL TEXT</c></summary>
internal static class TokensCommand
{
    private static readonly JsonSerializerOptions OneLine = new(LabJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static Command Create(Shell shell) => shell.Verb<TokensRequest>("tokens", new(["Model", "Text?"]), async (session, request, cancel) =>
    {
        var result = await session.Run(progress => session.Workspace.Tokens(request, progress, cancel));
        foreach (var line in result.Lines)
        {
            if (session.Json) session.Output.WriteLine(JsonSerializer.Serialize(line, OneLine)); // one document a text
            else if (line.Text is { } text) session.Output.WriteLine(Visible.Lines(text));
            else Print(line, session);
        }
    });

    private static void Print(TokenLine line, Session session)
    {
        var sheet = session.Sheet(">id", "token", "offsets");
        for (var i = 0; i < line.Ids!.Count; i++) sheet.Add($"{line.Ids[i]}", line.Tokens![i], $"{line.Offsets![i][0]}..{line.Offsets[i][1]}");
        sheet.Write(session.Output);
    }
}
