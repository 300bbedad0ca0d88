using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Steering;
using SaeSharp.Web.Endpoints.Document;

namespace SaeSharp.Web.Endpoints;

/// <summary>A push and what it does: <c>/api/steer</c>; many strengths and layers: <c>/api/sweep</c>.</summary>
internal static class SteerEndpoints
{
    private const int MostTokens = 2048, MostSweepTokens = 128, MostSweepLayersAndStrengths = 256, MostPrompts = 200;

    public static void MapSteering(this IEndpointRouteBuilder api)
    {
        api.MapPost("/steer", Steer).Takes<SteerRequest, SteerResult>().Streams();
        api.MapPost("/sweep", Sweep).Takes<SweepRequest, SweepResult>().Streams();
    }

    private static async Task<IResult> Steer(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await RequestBody.Read<SteerRequest>(http);
        if (request.Toward.Count + request.From.Count > MostPrompts) throw new BadHttpRequestException($"There are {request.Toward.Count + request.From.Count} prompts in toward and from, expected at most {MostPrompts}; the command line takes more.");
        Api.RequireTokens(request.MaxTokens, MostTokens);
        (await workspace.Contents(cancel)).RequireListed(request.Model, [.. request.Saes, .. request.Features.Select(Api.SaeOf), .. request.Follow.Select(Api.SaeOf), .. request.When is { } when ? [Api.SaeOf(when)] : (string[])[]]);
        return await Streaming.Answer(http, progress => workspace.Steer(request, progress, cancel));
    }

    private static async Task<IResult> Sweep(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await RequestBody.Read<SweepRequest>(http);
        Require(request, await workspace.Contents(cancel));
        return await Streaming.Answer(http, progress => workspace.Sweep(request, progress, cancel));
    }

    /// <summary>Refuses what is too large for a server, and what the workspace does not list.</summary>
    public static void Require(SweepRequest request, Contents contents)
    {
        Api.RequireTokens(request.MaxTokens, MostSweepTokens);
        if (request.Coefficients.Count > MostSweepLayersAndStrengths) throw new BadHttpRequestException($"There are {request.Coefficients.Count} coefficients, expected at most {MostSweepLayersAndStrengths}.");
        contents.RequireListed(request.Model, [Api.SaeOf(request.Feature)]);
    }
}
