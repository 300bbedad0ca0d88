using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Web.Endpoints;

/// <summary>Features on each token of a prompt, and one token taken apart: <c>/api/read</c>, <c>/api/anatomy</c>.</summary>
internal static class ReadEndpoints
{
    public static void MapReading(this IEndpointRouteBuilder api)
    {
        api.MapPost("/read", Read);
        api.MapPost("/anatomy", Anatomy);
    }

    private static async Task<IResult> Read(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await Api.Body<ReadRequest>(http);
        if (request.Messages is not null) throw new BadHttpRequestException("messages names a file of this machine, which the API does not open; use prompt, chat and system.");
        (await workspace.Contents(cancel)).RequireListed(request.Model, [.. request.Saes, .. request.Follow.Select(Api.SaeOf)]);
        return Api.Json(await workspace.Read(request, cancel: cancel));
    }

    private static async Task<IResult> Anatomy(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await Api.Body<TokenAnatomyRequest>(http);
        if (request.Messages is not null) throw new BadHttpRequestException("messages names a file of this machine, which the API does not open; use prompt, chat and system.");
        (await workspace.Contents(cancel)).RequireListed(request.Model, [request.Sae]);
        return Api.Json(await workspace.Anatomy(request, cancel: cancel));
    }
}
