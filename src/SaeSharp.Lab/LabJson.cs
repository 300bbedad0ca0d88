using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SaeSharp.Lab;

/// <summary>How requests and results are written as JSON: camelCase names, enums as words, nulls kept, duplicate names refused.</summary>
public static class LabJson
{
    /// <summary>The options that the command line and the HTTP API share.</summary>
    public static JsonSerializerOptions Options { get; } = Applied();

    /// <summary>Makes options that others own say the same.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.AllowDuplicateProperties = false;
        options.MaxDepth = 64;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        // Readable text; what goes into a page is escaped there.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
    }

    private static JsonSerializerOptions Applied()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options);
        return options;
    }
}
