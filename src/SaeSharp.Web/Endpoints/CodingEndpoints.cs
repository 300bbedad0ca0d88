using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Coding;
using SaeSharp.Web.Endpoints.Document;

namespace SaeSharp.Web.Endpoints;

/// <summary>Sparse codes of one token, and an encoder beside solvers: <c>/api/code-path</c>, <c>/api/code-comparison</c>.</summary>
internal static class CodingEndpoints
{
    public static void MapCoding(this IEndpointRouteBuilder api)
    {
        api.MapPost("/code-path", Path).Takes<CodePathRequest, CodePathResult>();
        api.MapGet("/code-comparison", Comparison).Gives<CompareCodesResult>("The last comparison of an SAE's codes with those of solvers (sae code --compare); 204 where none was made.").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> Comparison([Description("Name of the SAE.")] string sae, Workspace workspace, CancellationToken cancel)
    {
        (await workspace.Contents(cancel)).RequireListed(null, [sae]);
        return await workspace.ComparedCodes(sae, cancel) is { } result ? Api.Json(result) : TypedResults.NoContent();
    }

    private static async Task<IResult> Path(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await RequestBody.Read<CodePathRequest>(http);
        (await workspace.Contents(cancel)).RequireListed(request.Model, [request.Sae]);
        return Api.Json(await workspace.CodePath(request, cancel: cancel));
    }
}
