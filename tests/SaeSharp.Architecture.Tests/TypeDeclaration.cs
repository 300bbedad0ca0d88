using System.Text.RegularExpressions;

namespace SaeSharp.Architecture.Tests;

/// <summary>One declaration of a class or record, found by its words; a partial class has several.</summary>
/// <param name="File">Where it stands.</param>
/// <param name="Name">Namespace and name.</param>
/// <param name="Modifiers">The words before <c>class</c> or <c>record</c>.</param>
internal sealed partial record TypeDeclaration(string File, string Name, string[] Modifiers)
{
    /// <summary>Whether it says how it may be derived from: static, abstract or sealed.</summary>
    public bool IsClosed => Modifiers.Any(word => word is "static" or "abstract" or "sealed");

    /// <summary>All classes and records of a source text; structs, interfaces and enums are closed by the language.</summary>
    public static IEnumerable<TypeDeclaration> In(string file, string text)
    {
        var code = SourceTree.Code(text);
        var place = Namespace().Match(code).Groups[1].Value;
        foreach (Match match in Declaration().Matches(code))
            yield return new(file, $"{place}.{match.Groups["name"].Value}", match.Groups["modifiers"].Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"(?<=^|[;{}\]])\s*(?<modifiers>(?:(?:public|private|protected|internal|file|static|abstract|sealed|partial|unsafe|readonly|new)\s+)*)(?:class|record(?:\s+class)?)\s+(?!struct\b)(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
