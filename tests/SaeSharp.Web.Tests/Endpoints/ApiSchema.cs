using System.Text.Json;

namespace SaeSharp.Web.Tests.Endpoints;

/// <summary>The API's document, and whether an answer is as it says: a plain reading of JSON Schema, as far as the document uses it.</summary>
internal sealed class ApiSchema(JsonElement document)
{
    public JsonElement Document => document;

    public static async Task<ApiSchema> Of(HttpClient client) => new(JsonDocument.Parse(await client.GetStringAsync("/api/openapi.json", TestContext.Current.CancellationToken)).RootElement);

    /// <summary>What the document says of an address; null where it says nothing.</summary>
    public JsonElement? Operation(string method, string path) =>
        document.GetProperty("paths").TryGetProperty(path, out var item) && item.TryGetProperty(method.ToLowerInvariant(), out var operation) ? operation : null;

    /// <summary>Where an answer is not as the document says.</summary>
    public IReadOnlyList<string> Faults(string method, string path, JsonElement answer)
    {
        if (Operation(method, path) is not { } operation) return [$"the document has no {method} {path}"];
        var faults = new List<string>();
        Check(operation.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("schema"), answer, path, faults);
        return faults;
    }

    /// <summary>The kinds of a request that is told apart by a field.</summary>
    public IReadOnlyList<JsonElement> Variants(string name) => [.. document.GetProperty("components").GetProperty("schemas").GetProperty(name).GetProperty("anyOf").EnumerateArray().Select(Resolved)];

    /// <summary>The fields of a request; of one with several kinds, those of all.</summary>
    public IEnumerable<JsonProperty> Fields(JsonElement request) => request.TryGetProperty("anyOf", out var kinds) ? kinds.EnumerateArray().Select(Resolved).SelectMany(Fields)
        : request.TryGetProperty("properties", out var properties) ? properties.EnumerateObject() : [];

    /// <summary>Whether a field is described, where it is told or where it points to.</summary>
    public static bool IsDescribed(JsonElement field) => field.TryGetProperty("description", out var text) ? text.GetString()!.Length > 0 : field.TryGetProperty("oneOf", out var kinds) && kinds.EnumerateArray().Any(IsDescribed);

    /// <summary>The schema itself, where another one points to it.</summary>
    public JsonElement Resolved(JsonElement schema) => schema.TryGetProperty("$ref", out var pointer)
        ? pointer.GetString()!.Split('/').Skip(1).Aggregate(document, (at, name) => at.GetProperty(name)) : schema;

    private void Check(JsonElement pointer, JsonElement value, string place, List<string> faults)
    {
        if (faults.Count > 10) return;
        var schema = Resolved(pointer);
        foreach (var choice in new[] { "anyOf", "oneOf" })
            if (schema.TryGetProperty(choice, out var choices) && !choices.EnumerateArray().Any(one => Fits(one, value))) faults.Add($"{place}: {value.ToString()[..Math.Min(40, value.ToString().Length)]} fits none of {choices}");
        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(word => word.ToString() == value.ToString())) faults.Add($"{place}: {value} is none of {words}");
        if (schema.TryGetProperty("type", out var type) && !Types(type).Contains(KindOf(value)) && !(KindOf(value) == "integer" && Types(type).Contains("number"))) faults.Add($"{place}: {KindOf(value)}, expected {type}");
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
            foreach (var (i, item) in value.EnumerateArray().Index()) Check(items, item, $"{place}[{i}]", faults);
        if (value.ValueKind != JsonValueKind.Object) return;
        if (schema.TryGetProperty("required", out var required))
            faults.AddRange(required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{place}.{name} is missing"));
        foreach (var field in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(field.Name, out var of)) Check(of, field.Value, $"{place}.{field.Name}", faults);
            else if (properties.ValueKind == JsonValueKind.Object) faults.Add($"{place}.{field.Name} is not in the document");
        }
    }

    private bool Fits(JsonElement schema, JsonElement value)
    {
        var faults = new List<string>();
        Check(schema, value, "", faults);
        return faults.Count == 0;
    }

    private static string[] Types(JsonElement type) => type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(one => one.GetString()!)] : [type.GetString()!];

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
