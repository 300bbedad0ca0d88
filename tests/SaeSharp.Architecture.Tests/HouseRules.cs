using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SaeSharp.Architecture.Tests;

/// <summary>House rules a compiler cannot check. A failure names the file, the rule and the fix.</summary>
public sealed partial class HouseRules
{
    private const int MaxLines = 300;

    /// <summary>What each project may use: docs/architecture.md, "Layers".</summary>
    private static readonly Dictionary<string, string[]> Layers = new()
    {
        ["SaeSharp.Numerics"] = [],
        ["SaeSharp.Models"] = ["SaeSharp.Numerics"],
        ["SaeSharp.Saes"] = ["SaeSharp.Numerics"],
        ["SaeSharp.Lab"] = ["SaeSharp.Numerics", "SaeSharp.Models", "SaeSharp.Saes"],
        ["SaeSharp.Web"] = ["SaeSharp.Lab"],
        ["SaeSharp.Cluster"] = ["SaeSharp.Lab"],
        ["SaeSharp.Cli"] = ["SaeSharp.Lab", "SaeSharp.Web", "SaeSharp.Cluster"],
    };

    [Fact]
    public void Source_files_stay_within_300_lines() => AssertNone(
        from file in SourceTree.Sources.Concat(SourceTree.Pages)
        let lines = File.ReadLines(SourceTree.Path(file)).Count()
        where lines > MaxLines
        select $"{file} has {lines} lines, more than {MaxLines}: split it by noun.");

    [Fact]
    public void A_class_is_sealed_abstract_or_static() => AssertNone(
        from type in SourceTree.Files("src", ".cs").SelectMany(file => TypeDeclaration.In(file, SourceTree.Read(file)))
        group type by (Project(type.File), type.Name) into parts
        where !parts.Any(part => part.IsClosed)
        select $"{parts.First().File}: {parts.Key.Name} is neither sealed nor abstract: seal it, or make what varies a parameter.");

    [Fact]
    public void Names_say_what_a_thing_is() => AssertNone(
        from file in SourceTree.Sources.Concat(SourceTree.Pages)
        from name in file.Split('/').Concat(TypeDeclaration.In(file, SourceTree.Read(file)).Select(type => type.Name)).Distinct()
        where EmptyNoun().IsMatch(name)
        select $"{file}: '{name}' holds a noun that says nothing (Utils, Helper, Common, Manager): name it after what it does.");

    [Fact]
    public void Native_calls_stand_in_their_own_folders() => AssertNone(
        from file in SourceTree.Files("src", ".cs")
        where !file.StartsWith("src/SaeSharp.Numerics/Native/", StringComparison.Ordinal) && !file.StartsWith("src/SaeSharp.Numerics/Backends/Cuda/", StringComparison.Ordinal)
        where NativeCall().IsMatch(SourceTree.Code(SourceTree.Read(file)))
        select $"{file} calls native code, which only Numerics/Native and Numerics/Backends/Cuda may: move the declaration there, with a portable fallback.");

    [Fact]
    public void Projects_use_only_the_layers_below_them() => AssertNone(
        from file in SourceTree.Files("src", ".csproj")
        let project = Path.GetFileNameWithoutExtension(file)
        from used in References(file, "ProjectReference").Select(item => Path.GetFileNameWithoutExtension(item.Replace('\\', '/'))).Append(project)
        where used == project ? !Layers.ContainsKey(project) : !Layers.GetValueOrDefault(project, []).Contains(used)
        select used == project
            ? $"{file} is in no layer: add it to {nameof(HouseRules)}.{nameof(Layers)} and to docs/architecture.md."
            : $"{file} uses {used}, which is not below it: move the code, or go through Lab.");

    [Fact]
    public void Only_the_command_line_writes_to_the_console() => AssertNone(
        from file in SourceTree.Files("src", ".cs").Concat(SourceTree.Pages)
        where Project(file) != "SaeSharp.Cli" && ConsoleCall().IsMatch(SourceTree.Code(SourceTree.Read(file)))
        select $"{file} writes to the console, which only Cli may: return a result, report progress or take a TextWriter.");

    [Fact]
    public void Package_versions_are_central() => AssertNone(
        from file in SourceTree.Projects
        from reference in XDocument.Load(SourceTree.Path(file)).Descendants("PackageReference")
        where reference.Attributes().Select(attribute => attribute.Name.LocalName).Concat(reference.Elements().Select(element => element.Name.LocalName)).Any(name => name is "Version" or "VersionOverride")
        select $"{file} gives {reference.Attribute("Include")?.Value} a version of its own: write it in Directory.Packages.props.");

    /// <summary>Of what <c>dotnet format</c> looks at, the one thing that neither its check of the layout nor the compiler reports.</summary>
    [Fact]
    public void Usings_stand_in_order() => AssertNone(
        from file in SourceTree.Sources
        let usings = File.ReadLines(SourceTree.Path(file)).Where(line => Using().IsMatch(line)).ToList()
        where !usings.SequenceEqual(usings.OrderBy(Place, StringComparer.OrdinalIgnoreCase))
        select $"{file}: its usings are out of order: System first, then by name, static ones behind and aliases last, as dotnet format puts them.");

    /// <summary>What a using is ordered by: a namespace stands before those inside it.</summary>
    private static string Place(string line)
    {
        var parts = Using().Match(line).Groups;
        return $"{(parts["alias"].Success ? 2 : parts["static"].Success ? 1 : 0)}{(parts["name"].Value.Split('.')[0] == "System" ? 0 : 1)}{(parts["alias"].Success ? parts["alias"] : parts["name"]).Value.Replace('.', '\u0001')}";
    }

    private static void AssertNone(IEnumerable<string> violations)
    {
        var found = violations.ToList();
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    private static string Project(string file) => file.Split('/')[1];

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(SourceTree.Path(project)).Descendants(kind).Select(item => item.Attribute("Include")!.Value);

    [GeneratedRegex(@"(Utils?|Utilities|Utility|Helpers?|Common|Managers?)(?![a-z])")]
    private static partial Regex EmptyNoun();

    [GeneratedRegex(@"\b(LibraryImport|DllImport|NativeLibrary)\b")]
    private static partial Regex NativeCall();

    [GeneratedRegex(@"^using (?<static>static )?(?:(?<alias>\w+) = )?(?<name>[\w.]+)[^=]*;$")]
    private static partial Regex Using();

    [GeneratedRegex(@"(?<!\w)Console\s*\.")]
    private static partial Regex ConsoleCall();
}
