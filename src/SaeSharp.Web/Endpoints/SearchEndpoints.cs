using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Searching;
using SaeSharp.Web.Endpoints.Document;

namespace SaeSharp.Web.Endpoints;

/// <summary>Features by name, by text, by what they say, by likeness: <c>/api/search</c>.</summary>
internal static class SearchEndpoints
{
    private const int MostTexts = 100;

    public static void MapSearch(this IEndpointRouteBuilder api) => api.MapPost("/search", Search).Takes<SearchRequest, SearchResult>();

    private static async Task<IResult> Search(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await RequestBody.Read<SearchRequest>(http);
        if (request.Text.Count > MostTexts) throw new BadHttpRequestException($"There are {request.Text.Count} texts, expected at most {MostTexts}; the command line takes more.");
        if (request.Releases is { } words) return Api.Json(await workspace.Releases(new() { Releases = words }, cancel: cancel));
        (await workspace.Contents(cancel)).RequireListed(request.Model, request.Like is { } like ? [.. request.Saes, Api.SaeOf(like)] : request.Saes);
        return Api.Json(await workspace.Search(request, cancel: cancel));
    }
}
