using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Labelling;
using SaeSharp.Web.Endpoints.Document;

namespace SaeSharp.Web.Endpoints;

/// <summary>Names, notes and bookmarks: <c>/api/labels</c>, <c>/api/label</c>.</summary>
internal static class LabelEndpoints
{
    public static void MapLabels(this IEndpointRouteBuilder api)
    {
        api.MapGet("/labels", List).Gives<LabelResult>("What people wrote about features: all of it, an SAE's or one feature's.");
        api.MapPost("/label", Write).Takes<LabelRequest, LabelResult>();
    }

    private static async Task<IResult> List(Workspace workspace, CancellationToken cancel, [Description("Name of an SAE; left out: all.")] string? sae = null, [Description("A feature's index; left out: all of the SAE.")] int? feature = null)
    {
        (await workspace.Contents(cancel)).RequireListed(null, sae is null ? [] : [sae]);
        return Api.Json(await workspace.Label(new() { Sae = sae, Feature = feature }, cancel: cancel));
    }

    private static async Task<IResult> Write(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await RequestBody.Read<LabelRequest>(http);
        if (request.Sae is not { } sae || request.Feature is null) throw new BadHttpRequestException("sae or feature is missing, expected the name of an SAE and a feature's number.");
        (await workspace.Contents(cancel)).RequireListed(null, [sae]);
        return Api.Json(await workspace.Label(request, cancel: cancel));
    }
}
