using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SaeSharp.Lab;

namespace SaeSharp.Web.Endpoints.Document;

/// <summary>The OpenAPI document of the HTTP API, <c>/api/openapi.json</c>: made from the endpoints, their records and the records' doc comments.</summary>
internal static class ApiDocument
{
    /// <summary>Where it lies.</summary>
    public const string Address = "/api/openapi.json";

    public static void AddApiDocument(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => LabJson.Apply(json.SerializerOptions)); // schemas are told as the JSON is written
        services.AddOpenApi(options =>
        {
            options.ShouldInclude = endpoint => endpoint.RelativePath is { } path && (path == "api" || path.StartsWith("api/", StringComparison.Ordinal));
            options.CreateSchemaReferenceId = type => ApiSchemas.IsPlain(type.Type) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
            options.AddSchemaTransformer(ApiSchemas.Describe);
            options.AddOperationTransformer((operation, context, _) =>
            {
                operation.OperationId = context.Description.ActionDescriptor.EndpointMetadata.OfType<IEndpointNameMetadata>().FirstOrDefault()?.EndpointName ?? Name(context.Description.RelativePath!);
                return Task.CompletedTask;
            });
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new()
                {
                    Title = "SaeSharp", Version = typeof(ApiDocument).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "",
                    Description = "Read, search, contrast and steer the features of a language model: the same requests and results as the command line and the library.",
                };
                return Task.CompletedTask;
            });
        });
    }

    public static void MapApiDocument(this IEndpointRouteBuilder routes) => routes.MapOpenApi(Address);

    /// <summary>A name for programs that are made from the document: <c>api/code-path</c> is codePath, <c>api/runs/{id}</c> is run, <c>api/jobs/{id}/cancel</c> is jobCancel.</summary>
    private static string Name(string path)
    {
        var parts = path.Split('/', '-').Where(part => part is not ("api" or "")).ToList();
        if (parts is [var list, ['{', ..], .. var rest]) parts = [list[..^1], .. rest];
        return parts.Count == 0 ? "api" : string.Concat(parts.Select((part, i) => i == 0 ? part : char.ToUpperInvariant(part[0]) + part[1..]));
    }
}
