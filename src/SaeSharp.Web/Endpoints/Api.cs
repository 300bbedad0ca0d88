using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Web.Wording;

namespace SaeSharp.Web.Endpoints;

/// <summary>The HTTP API under <c>/api</c>: the same requests and results as the command line and the library, as JSON.</summary>
internal static class Api
{
    /// <summary>Adds every group; <c>GET /api</c> lists the addresses.</summary>
    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api");
        api.MapInfo();
        api.MapFeatures();
        api.MapReading();
        api.MapSteering();
        api.MapContrast();
        api.MapSearch();
        api.MapLabels();
        api.MapRuns();
        api.MapCoding();
        api.MapGet("/{**rest}", () => TypedResults.Problem("GET /api lists every address.", statusCode: StatusCodes.Status404NotFound, title: "No such address."));
    }

    /// <summary>A result as JSON, written as every door of the product writes it.</summary>
    public static IResult Json<T>(T result) => TypedResults.Json(result, LabJson.Options);

    /// <summary>Refuses what the workspace does not list: in the API a name is never a path.</summary>
    public static void RequireListed(this Contents contents, string? model, IEnumerable<string> saes)
    {
        if (model is not null && !Names.Models(contents).Contains(model))
            throw new BadHttpRequestException($"The workspace has no model '{model}'; it has {Listed(Names.Models(contents))}.");
        foreach (var name in saes.Where(name => contents.Saes.All(sae => sae.Name != name)))
            throw new BadHttpRequestException($"The workspace has no SAE '{name}'; it has {Listed([.. contents.Saes.Select(sae => sae.Name)])}.");
    }

    /// <summary>The request in the body.</summary>
    public static async Task<T> Body<T>(HttpContext http)
    {
        if (!http.Request.HasJsonContentType()) throw new BadHttpRequestException("The body must be JSON: send Content-Type: application/json.", StatusCodes.Status415UnsupportedMediaType);
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(http.Request.Body, LabJson.Options, http.RequestAborted) ?? throw new BadHttpRequestException("The body is null, expected an object.");
        }
        catch (JsonException error)
        {
            throw new BadHttpRequestException(error.Message, error);
        }
    }

    /// <summary>The SAE in <c>SAE:N</c> or <c>SAE:N=C</c>.</summary>
    public static string SaeOf(string feature) => feature.LastIndexOf(':') is > 0 and var colon ? feature[..colon] : feature;

    private static string Listed(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
