using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace SaeSharp.Web.Tests.Endpoints;

/// <summary>The examples of docs/api.md.</summary>
internal static partial class GuideExamples
{
    /// <summary>The whole page.</summary>
    public static string Text { get; } = File.ReadAllText(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/api.md"))).ReplaceLineEndings("\n");

    /// <summary>Every curl command, as the request that it sends.</summary>
    public static IReadOnlyList<GuideRequest> Curl => [.. Blocks("bash").SelectMany(Commands).Select(Parse)];

    /// <summary>Every Python program.</summary>
    public static IReadOnlyList<string> Python => [.. Blocks("python")];

    /// <summary>The request of every C# program: its anonymous object as JSON.</summary>
    public static IReadOnlyList<GuideRequest> CSharp => [.. Blocks("csharp").Select(code =>
    {
        var (call, body) = (Post().Match(code), code[(code.IndexOf(", new\n{", StringComparison.Ordinal) + 6)..(code.IndexOf("\n});", StringComparison.Ordinal) + 2)]);
        var json = Lists().Replace(Names().Replace(body, "\"$1\": "), "[$1]").Replace(",\n}", "\n}", StringComparison.Ordinal);
        return new GuideRequest("POST", call.Groups[1].Value, json, "application/json", null);
    })];

    private static IEnumerable<string> Blocks(string language) => Fence().Matches(Text).Where(match => match.Groups[1].Value == language).Select(match => match.Groups[2].Value);

    /// <summary>Words of each command: parted by spaces, together in single quotes; a command ends with its line unless a backslash stands there.</summary>
    private static IEnumerable<List<string>> Commands(string block)
    {
        var (words, word, quoted, any) = (new List<string>(), new StringBuilder(), false, false);
        foreach (var c in block.Replace("\\\n", " ", StringComparison.Ordinal))
        {
            if (c == '\'') (quoted, any) = (!quoted, true);
            else if (quoted || c is not (' ' or '\n')) (_, any) = (word.Append(c), true);
            else
            {
                if (any) words.Add(word.ToString());
                (_, any) = (word.Clear(), false);
                if (c != '\n' || words.Count == 0) continue;
                yield return words;
                words = [];
            }
        }
    }

    private static GuideRequest Parse(List<string> words)
    {
        Assert.Equal("curl", words[0]);
        var (address, body, type, accept) = ("", (string?)null, (string?)null, (string?)null);
        for (var i = 1; i < words.Count; i++)
        {
            if (words[i] == "-d") body = words[++i];
            else if (words[i] == "-H" && words[++i].Split(": ") is [var name, var value]) (type, accept) = name == "Accept" ? (type, value) : (value, accept);
            else if (!words[i].StartsWith('-')) address = words[i]["localhost:5317".Length..];
        }
        return new(body is null ? "GET" : "POST", address, body, type, accept);
    }

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex("^```([a-z]+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("PostAsJsonAsync\\(\"([^\"]+)\"")]
    private static partial Regex Post();

    [GeneratedRegex("^ *([a-zA-Z]+) = ", RegexOptions.Multiline)]
    private static partial Regex Names();

    [GeneratedRegex(@"new\[\] \{ (.*?) \}")]
    private static partial Regex Lists();
}

/// <summary>A request of the guide.</summary>
internal sealed record GuideRequest(string Method, string Address, string? Body, string? Type, string? Accept)
{
    /// <summary>The address without what follows the question mark, a run's id as a name.</summary>
    public string Path => Address.Split('?')[0];
}
