using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Contrasting;
using SaeSharp.Web.Endpoints.Document;

namespace SaeSharp.Web.Endpoints;

/// <summary>Which features tell two sets of prompts apart: <c>/api/contrast</c>.</summary>
internal static class ContrastEndpoints
{
    private const int MostPrompts = 2000, MostDescribed = 100, MostShuffles = 2000;

    public static void MapContrast(this IEndpointRouteBuilder api) => api.MapPost("/contrast", Contrast).Takes<ContrastRequest, ContrastResult>().Streams();

    private static async Task<IResult> Contrast(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await RequestBody.Read<ContrastRequest>(http);
        Require(request, await workspace.Contents(cancel));
        return await Streaming.Answer(http, progress => workspace.Contrast(request, progress, cancel));
    }

    /// <summary>Refuses what is too large for a server, and what the workspace does not list.</summary>
    public static void Require(ContrastRequest request, Contents contents)
    {
        if (request.PromptsA.Count > MostPrompts || request.PromptsB.Count > MostPrompts) throw new BadHttpRequestException($"There are {request.PromptsA.Count} and {request.PromptsB.Count} prompts, expected at most {MostPrompts} of each; the command line takes more.");
        if (request.Top > MostDescribed) throw new BadHttpRequestException($"top is {request.Top}, expected at most {MostDescribed}.");
        if (request.Shuffles > MostShuffles) throw new BadHttpRequestException($"shuffles is {request.Shuffles}, expected at most {MostShuffles}.");
        contents.RequireListed(request.Model, request.BundleSae is { } bundle ? [.. request.Saes, bundle] : request.Saes);
    }
}
