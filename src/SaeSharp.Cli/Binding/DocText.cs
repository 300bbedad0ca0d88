using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SaeSharp.Lab;

namespace SaeSharp.Cli.Binding;

/// <summary>The summaries of Lab's records: written once, shown as help.</summary>
internal static partial class DocText
{
    private static readonly Lazy<Dictionary<string, string>> Summaries = new(Read);

    /// <summary>What the doc comment of <paramref name="type"/> says, empty where there is none.</summary>
    public static string Of(Type type) => Summaries.Value.GetValueOrDefault($"T:{type.FullName}", "");

    /// <summary>What the doc comment of <paramref name="property"/> says, empty where there is none.</summary>
    public static string Of(PropertyInfo property) => Summaries.Value.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}", "");

    private static Dictionary<string, string> Read()
    {
        var path = Path.ChangeExtension(typeof(Workspace).Assembly.Location, ".xml");
        if (!File.Exists(path)) return [];
        return XDocument.Load(path).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Spaces().Replace(member.Element("summary")!.Value, " ").Trim());
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
