using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Web.Endpoints.Document;
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
        api.MapWriting();
        api.MapReading();
        api.MapSteering();
        api.MapContrast();
        api.MapSearch();
        api.MapLabels();
        api.MapRuns();
        api.MapJobs();
        api.MapCoding();
        routes.MapApiDocument();
        // Pages have addresses of two and three parts, too: nothing under /api may come to one.
        api.Map("/{**rest}", (HttpRequest request) => TypedResults.Problem("GET /api lists every address and what it takes.", statusCode: StatusCodes.Status404NotFound, title: $"Nothing answers {request.Method} at this address.")).ExcludeFromDescription();
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

    /// <summary>Refuses to write more tokens than one request may ask for.</summary>
    public static void RequireTokens(int asked, int most)
    {
        if (asked < 1 || asked > most) throw new BadHttpRequestException($"maxTokens is {asked}, expected 1 to {most}.");
    }

    /// <summary>The SAE in <c>SAE:N</c> or <c>SAE:N=C</c>.</summary>
    public static string SaeOf(string feature) => feature.LastIndexOf(':') is > 0 and var colon ? feature[..colon] : feature;

    /// <summary>Names with commas between them.</summary>
    public static string Listed(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
