using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace SaeSharp.Architecture.Tests;

/// <summary>The repository's own files, as paths from its root with forward slashes.</summary>
internal static partial class SourceTree
{
    private static readonly string Root = FindRoot();

    public static IEnumerable<string> Sources => Files("src", ".cs").Concat(Files("tests", ".cs"));

    public static IEnumerable<string> Pages => Files("src", ".razor");

    public static IEnumerable<string> Projects => Files("src", ".csproj").Concat(Files("tests", ".csproj"));

    public static string Path(string file) => System.IO.Path.Combine(Root, file);

    public static string Read(string file) => File.ReadAllText(Path(file));

    /// <summary>The code without comments, and with empty strings: what rules about code look at.</summary>
    public static string Code(string text) => CommentOrString().Replace(text, match => match.Value[0] == '/' ? " " : "\"\"");

    public static IEnumerable<string> Files(string folder, string extension) =>
        Directory.EnumerateFiles(Path(folder), "*" + extension, SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "node_modules"))
            .Order(StringComparer.Ordinal);

    // Raw strings, verbatim strings, strings, characters and both kinds of comment, whichever begins first.
    [GeneratedRegex("""
        \$*(?<raw>"{3,})(?s:.*?)\k<raw>"* | \$?@\$?"(?:[^"]|"")*" | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+' | //[^\n]* | /\*(?s:.*?)\*/
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex CommentOrString();

    private static string FindRoot([CallerFilePath] string here = "")
    {
        for (var folder = System.IO.Path.GetDirectoryName(here); folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
            if (File.Exists(System.IO.Path.Combine(folder, "SaeSharp.slnx"))) return folder;
        throw new DirectoryNotFoundException($"No folder above {here} has SaeSharp.slnx.");
    }
}
