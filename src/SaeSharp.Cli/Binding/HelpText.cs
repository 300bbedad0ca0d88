using System.Reflection;
using System.Xml.Linq;
using SaeSharp.Lab;

namespace SaeSharp.Cli.Binding;

/// <summary>Help texts: the doc comments of the requests, so that nothing is described twice.</summary>
internal static class HelpText
{
    private static readonly Lazy<Dictionary<string, string>> Summaries = new(Load);

    /// <summary>The summary of a request type.</summary>
    public static string OfType(Type type) => Summaries.Value.GetValueOrDefault($"T:{type.FullName}", "");

    /// <summary>The summary of a property, wherever it is declared.</summary>
    public static string OfProperty(PropertyInfo property) => Summaries.Value.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}", "");

    private static Dictionary<string, string> Load()
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{typeof(Workspace).Assembly.GetName().Name}.xml");
        if (!File.Exists(file)) return [];
        return XDocument.Load(file).Descendants("member").Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Plain(member.Element("summary")!));
    }

    private static string Plain(XElement summary) => string.Join(' ', string.Concat(summary.Nodes().Select(node => node switch
    {
        XElement { Name.LocalName: "see" } see => see.Attribute("cref")?.Value.Split('.')[^1] ?? "",
        XElement element => element.Value,
        XText text => text.Value,
        _ => "",
    })).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
