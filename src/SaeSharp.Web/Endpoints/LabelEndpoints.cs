using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Labelling;
using SaeSharp.Web.Endpoints.Document;

namespace SaeSharp.Web.Endpoints;

/// <summary>Names, notes, bookmarks, votes and lists: <c>/api/labels</c>, <c>/api/label</c>, <c>/api/vote</c>, <c>/api/lists</c>, <c>/api/list</c>.</summary>
internal static class LabelEndpoints
{
    private const int MostChanged = 1000;

    public static void MapLabels(this IEndpointRouteBuilder api)
    {
        api.MapGet("/labels", List).Gives<LabelResult>("What people wrote about features: all of it, an SAE's or one feature's.");
        api.MapPost("/label", Write).Takes<LabelRequest, LabelResult>();
        api.MapPost("/vote", Vote).Takes<VoteRequest, VoteResult>();
        api.MapGet("/lists", Lists).Gives<ListsResult>("The lists of features, or one of them with its features.");
        api.MapPost("/list", Change).Takes<ListRequest, ListsResult>();
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

    private static async Task<IResult> Vote(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await RequestBody.Read<VoteRequest>(http);
        (await workspace.Contents(cancel)).RequireListed(null, [request.Sae]);
        return Api.Json(await workspace.Vote(request, cancel: cancel));
    }

    private static async Task<IResult> Lists(Workspace workspace, CancellationToken cancel, [Description("Name of a list; left out: all of them, without their features.")] string? name = null) =>
        Api.Json(await workspace.Lists(new() { Name = name }, cancel: cancel));

    private static async Task<IResult> Change(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await RequestBody.Read<ListRequest>(http);
        if (request.Name is null) throw new BadHttpRequestException("name is missing, expected the name of a list.");
        if (request.Add.Count + request.Remove.Count > MostChanged) throw new BadHttpRequestException($"There are {request.Add.Count + request.Remove.Count} features in add and remove, expected at most {MostChanged} at once.");
        (await workspace.Contents(cancel)).RequireListed(null, [.. request.Add.Concat(request.Remove).Select(Api.SaeOf)]);
        return Api.Json(await workspace.Lists(request, cancel: cancel));
    }
}
