using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Indexing;

namespace SaeSharp.Web.Endpoints;

/// <summary>Features of an index: <c>/api/features</c>, <c>/api/feature</c>.</summary>
internal static class FeatureEndpoints
{
    public static void MapFeatures(this IEndpointRouteBuilder api)
    {
        api.MapGet("/features", Features);
        api.MapGet("/feature", Feature);
    }

    private static async Task<IResult> Features(string sae, Workspace workspace, CancellationToken cancel, FeatureOrder order = FeatureOrder.Index, int skip = 0, int take = 50)
    {
        (await workspace.Contents(cancel)).RequireListed(null, [sae]);
        return Api.Json(await workspace.Features(new() { Sae = sae, Order = order, Skip = skip, Take = take }, cancel: cancel));
    }

    private static async Task<IResult> Feature(string sae, int feature, Workspace workspace, CancellationToken cancel)
    {
        (await workspace.Contents(cancel)).RequireListed(null, [sae]);
        return Api.Json(await workspace.Feature(new() { Sae = sae, Feature = feature }, cancel: cancel));
    }
}
