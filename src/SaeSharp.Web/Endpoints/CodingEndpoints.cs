using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Coding;

namespace SaeSharp.Web.Endpoints;

/// <summary>Sparse codes of one token, and an encoder beside solvers: <c>/api/code-path</c>, <c>/api/code-comparison</c>.</summary>
internal static class CodingEndpoints
{
    public static void MapCoding(this IEndpointRouteBuilder api)
    {
        api.MapPost("/code-path", Path);
        api.MapGet("/code-comparison", Comparison);
    }

    private static async Task<IResult> Comparison(string sae, Workspace workspace, CancellationToken cancel)
    {
        (await workspace.Contents(cancel)).RequireListed(null, [sae]);
        return await workspace.ComparedCodes(sae, cancel) is { } result ? Api.Json(result) : TypedResults.NoContent();
    }

    private static async Task<IResult> Path(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await Api.Body<CodePathRequest>(http);
        if (request.Messages is not null) throw new BadHttpRequestException("messages names a file of this machine, which the API does not open; use prompt, chat and system.");
        (await workspace.Contents(cancel)).RequireListed(request.Model, [request.Sae]);
        return Api.Json(await workspace.CodePath(request, cancel: cancel));
    }
}
