using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Reading;
using SaeSharp.Web.Endpoints.Document;

namespace SaeSharp.Web.Endpoints;

/// <summary>A model without SAEs: <c>/api/tokens</c>, <c>/api/generate</c>.</summary>
internal static class WritingEndpoints
{
    private const int MostTokens = 2048;

    public static void MapWriting(this IEndpointRouteBuilder api)
    {
        api.MapPost("/tokens", Tokens).Takes<TokensRequest, TokensResult>();
        api.MapPost("/generate", Generate).Takes<GenerateRequest, GenerateResult>().Streams();
    }

    private static async Task<IResult> Tokens(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await RequestBody.Read<TokensRequest>(http);
        (await workspace.Contents(cancel)).RequireListed(request.Model, []);
        return Api.Json(await workspace.Tokens(request, cancel: cancel));
    }

    private static async Task<IResult> Generate(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await RequestBody.Read<GenerateRequest>(http);
        Api.RequireTokens(request.MaxTokens, MostTokens);
        (await workspace.Contents(cancel)).RequireListed(request.Model, []);
        return await Streaming.Answer(http, progress => workspace.Generate(request, progress, cancel));
    }
}
