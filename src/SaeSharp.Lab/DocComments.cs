using System.Reflection;
using System.Xml.Linq;

namespace SaeSharp.Lab;

/// <summary>The doc comments of requests and results: they are the command line's help and the words of the HTTP API's document, so that nothing is described twice.</summary>
public static class DocComments
{
    private static readonly Lazy<Dictionary<string, XElement>> Members = new(Load);

    /// <summary>The summary of a type; empty where there is none.</summary>
    public static string OfType(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Summary($"T:{Name(type)}");
    }

    /// <summary>The summary of a property, wherever it is declared; for a record's parameter what is said of that.</summary>
    public static string OfProperty(PropertyInfo property)
    {
        ArgumentNullException.ThrowIfNull(property);
        var type = Name(property.DeclaringType!);
        return Summary($"P:{type}.{property.Name}") is { Length: > 0 } summary ? summary
            : Members.Value.GetValueOrDefault($"T:{type}")?.Elements("param").FirstOrDefault(param => param.Attribute("name")?.Value == property.Name) is { } said ? Plain(said) : "";
    }

    private static string Summary(string member) => Members.Value.GetValueOrDefault(member)?.Element("summary") is { } summary ? Plain(summary) : "";

    private static string Name(Type type) => ((type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName ?? type.Name).Replace('+', '.');

    private static Dictionary<string, XElement> Load()
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{typeof(DocComments).Assembly.GetName().Name}.xml");
        return File.Exists(file) ? XDocument.Load(file).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value) : [];
    }

    private static string Plain(XElement text) => string.Join(' ', string.Concat(text.Nodes().Select(node => node switch
    {
        XElement { Name.LocalName: "see" } see => see.Attribute("cref")?.Value.Split('.')[^1] ?? "",
        XElement element => element.Value,
        XText words => words.Value,
        _ => "",
    })).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
