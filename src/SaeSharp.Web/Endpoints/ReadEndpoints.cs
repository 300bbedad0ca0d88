using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Web.Endpoints;

/// <summary>Features on each token of a prompt: <c>/api/read</c>.</summary>
internal static class ReadEndpoints
{
    public static void MapReading(this IEndpointRouteBuilder api) => api.MapPost("/read", Read);

    private static async Task<IResult> Read(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await Api.Body<ReadRequest>(http);
        if (request.Messages is not null) throw new BadHttpRequestException("messages names a file of this machine, which the API does not open; use prompt, chat and system.");
        (await workspace.Contents(cancel)).RequireListed(request.Model, [.. request.Saes, .. request.Follow.Select(Api.SaeOf)]);
        return Api.Json(await workspace.Read(request, cancel: cancel));
    }
}
