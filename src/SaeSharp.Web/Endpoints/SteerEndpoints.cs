using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Web.Endpoints;

/// <summary>A push and what it does: <c>/api/steer</c>; many strengths and layers: <c>/api/sweep</c>.</summary>
internal static class SteerEndpoints
{
    private const int MostTokens = 2048, MostSweepTokens = 128, MostSweepLayersAndStrengths = 256, MostPrompts = 200;

    public static void MapSteering(this IEndpointRouteBuilder api)
    {
        api.MapPost("/steer", Steer);
        api.MapPost("/sweep", Sweep);
    }

    private static async Task<IResult> Steer(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await Api.Body<SteerRequest>(http);
        if (request.Messages is not null) throw new BadHttpRequestException("messages names a file of this machine, which the API does not open; use prompt, chat and system.");
        if (request.Edits is not null) throw new BadHttpRequestException("edits names a file of this machine, which the API does not open; use features.");
        if (request.Out is not null) throw new BadHttpRequestException("out names a file of this machine, which the API does not write; the answer holds the result.");
        if (request.Toward.Count + request.From.Count > MostPrompts) throw new BadHttpRequestException($"There are {request.Toward.Count + request.From.Count} prompts in toward and from, expected at most {MostPrompts}; the command line takes more.");
        if (request.MaxTokens is < 1 or > MostTokens) throw new BadHttpRequestException($"maxTokens is {request.MaxTokens}, expected 1 to {MostTokens}.");
        (await workspace.Contents(cancel)).RequireListed(request.Model, [.. request.Saes, .. request.Features.Select(Api.SaeOf), .. request.Follow.Select(Api.SaeOf), .. request.When is { } when ? [Api.SaeOf(when)] : (string[])[]]);
        return Api.Json(await workspace.Steer(request, cancel: cancel));
    }

    private static async Task<IResult> Sweep(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await Api.Body<SweepRequest>(http);
        if (request.Messages is not null || request.Edits is not null) throw new BadHttpRequestException("messages and edits name files of this machine, which the API does not open; use prompt, chat and system.");
        if (request.MaxTokens is < 1 or > MostSweepTokens) throw new BadHttpRequestException($"maxTokens is {request.MaxTokens}, expected 1 to {MostSweepTokens}.");
        if (request.Coefficients.Count > MostSweepLayersAndStrengths) throw new BadHttpRequestException($"There are {request.Coefficients.Count} coefficients, expected at most {MostSweepLayersAndStrengths}.");
        (await workspace.Contents(cancel)).RequireListed(request.Model, [Api.SaeOf(request.Feature)]);
        return Api.Json(await workspace.Sweep(request, cancel: cancel));
    }
}
