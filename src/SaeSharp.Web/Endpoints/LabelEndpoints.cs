using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Labelling;

namespace SaeSharp.Web.Endpoints;

/// <summary>Names, notes and bookmarks: <c>/api/labels</c>, <c>/api/label</c>.</summary>
internal static class LabelEndpoints
{
    public static void MapLabels(this IEndpointRouteBuilder api)
    {
        api.MapGet("/labels", List);
        api.MapPost("/label", Write);
    }

    private static async Task<IResult> List(Workspace workspace, CancellationToken cancel, string? sae = null, int? feature = null)
    {
        (await workspace.Contents(cancel)).RequireListed(null, sae is null ? [] : [sae]);
        return Api.Json(await workspace.Label(new() { Sae = sae, Feature = feature }, cancel: cancel));
    }

    private static async Task<IResult> Write(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await Api.Body<LabelRequest>(http);
        if (request.Sae is not { } sae || request.Feature is null) throw new BadHttpRequestException("sae or feature is missing, expected the name of an SAE and a feature's number.");
        (await workspace.Contents(cancel)).RequireListed(null, [sae]);
        return Api.Json(await workspace.Label(request, cancel: cancel));
    }
}
