using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Web.Endpoints;

/// <summary>A push and what it does: <c>/api/steer</c>.</summary>
internal static class SteerEndpoints
{
    private const int MostTokens = 2048;

    public static void MapSteering(this IEndpointRouteBuilder api) => api.MapPost("/steer", Steer);

    private static async Task<IResult> Steer(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await Api.Body<SteerRequest>(http);
        if (request.Messages is not null) throw new BadHttpRequestException("messages names a file of this machine, which the API does not open; use prompt, chat and system.");
        if (request.Edits is not null) throw new BadHttpRequestException("edits names a file of this machine, which the API does not open; use features.");
        if (request.MaxTokens is < 1 or > MostTokens) throw new BadHttpRequestException($"maxTokens is {request.MaxTokens}, expected 1 to {MostTokens}.");
        (await workspace.Contents(cancel)).RequireListed(request.Model, [.. request.Saes, .. request.Features.Select(Api.SaeOf)]);
        return Api.Json(await workspace.Steer(request, cancel: cancel));
    }
}
