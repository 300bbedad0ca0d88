using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using SaeSharp.Lab;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Web.Endpoints.Document;

/// <summary>What the document says of records: their doc comments, and the two types that JSON writes in more than one way.</summary>
internal static class ApiSchemas
{
    /// <summary>Under this key a schema keeps its name where it is told once and pointed to.</summary>
    private const string SharedName = "x-schema-id", OfPointer = "x-ref-description";

    /// <summary>Whether a type is told where it is used: it is no record, only another way to write a value.</summary>
    public static bool IsPlain(Type type) => type == typeof(EditPositions) || Element(type) is not null;

    public static Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancel)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(EditPositions)) schema.AnyOf = [Plain(typeof(string)), ListOf(typeof(int))];
        if (Element(type) is { } element) schema.AnyOf = [Plain(element), ListOf(element)];
        if (type == typeof(ProblemDetails)) schema.Description = "A refusal: title is what is the case, detail what to do next.";
        foreach (var field in LocalFiles.Of(type)) schema.Properties?.Remove(LocalFiles.NameOf(field));

        var isShared = schema.Metadata?.TryGetValue(SharedName, out var name) == true && name is string { Length: > 0 };
        if (context.JsonPropertyInfo?.AttributeProvider is PropertyInfo property && DocComments.OfProperty(property) is { Length: > 0 } said)
        {
            if (isShared) schema.Metadata![OfPointer] = said;
            else schema.Description = said;
        }
        if ((isShared || context.JsonPropertyInfo is null) && DocComments.OfType(type) is { Length: > 0 } summary) schema.Description = summary;
        return Task.CompletedTask;
    }

    private static Type? Element(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(OneOrMore<>) ? type.GetGenericArguments()[0] : null;

    private static OpenApiSchema ListOf(Type element) => new() { Type = JsonSchemaType.Array, Items = Plain(element) };

    private static OpenApiSchema Plain(Type type) => type.IsEnum
        ? new() { Enum = [.. Enum.GetNames(type).Select(value => (JsonNode)System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value))] }
        : new()
        {
            Type = Type.GetTypeCode(type) switch
            {
                TypeCode.String => JsonSchemaType.String,
                TypeCode.Int32 or TypeCode.Int64 => JsonSchemaType.Integer,
                TypeCode.Double or TypeCode.Single => JsonSchemaType.Number,
                _ => JsonSchemaType.Object,
            },
        };
}
