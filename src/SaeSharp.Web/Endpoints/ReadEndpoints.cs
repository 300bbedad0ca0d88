using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Reading;
using SaeSharp.Web.Endpoints.Document;

namespace SaeSharp.Web.Endpoints;

/// <summary>Features on each token of a prompt, and one token taken apart: <c>/api/read</c>, <c>/api/anatomy</c>.</summary>
internal static class ReadEndpoints
{
    public static void MapReading(this IEndpointRouteBuilder api)
    {
        api.MapPost("/read", Read).Takes<ReadRequest, ReadResult>();
        api.MapPost("/anatomy", Anatomy).Takes<TokenAnatomyRequest, TokenAnatomyResult>();
    }

    private static async Task<IResult> Read(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await RequestBody.Read<ReadRequest>(http);
        (await workspace.Contents(cancel)).RequireListed(request.Model, [.. request.Saes, .. request.Follow.Select(Api.SaeOf)]);
        return Api.Json(await workspace.Read(request, cancel: cancel));
    }

    private static async Task<IResult> Anatomy(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await RequestBody.Read<TokenAnatomyRequest>(http);
        (await workspace.Contents(cancel)).RequireListed(request.Model, [request.Sae]);
        return Api.Json(await workspace.Anatomy(request, cancel: cancel));
    }
}
