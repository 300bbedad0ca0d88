using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Indexing;
using SaeSharp.Web.Endpoints.Document;

namespace SaeSharp.Web.Endpoints;

/// <summary>Features of an index: <c>/api/features</c>, <c>/api/feature</c>, <c>/api/feature/postings</c>.</summary>
internal static class FeatureEndpoints
{
    public static void MapFeatures(this IEndpointRouteBuilder api)
    {
        api.MapGet("/features", Features).Gives<FeaturesResult>("A list of the features of an SAE's index.");
        api.MapGet("/feature", Feature).Gives<FeatureResult>(DocComments.OfType(typeof(FeatureRequest)));
        api.MapGet("/feature/postings", Postings).Gives<PostingsResult>(DocComments.OfType(typeof(PostingsRequest)));
    }

    private static async Task<IResult> Features(Workspace workspace,
        [Description("Name of the SAE.")] string sae, [Description("index, density or max.")] string order = "index", [Description("Features to pass over.")] int skip = 0, [Description("Features to return, at most 1000.")] int take = 50, CancellationToken cancel = default)
    {
        (await workspace.Contents(cancel)).RequireListed(null, [sae]);
        if (!Enum.TryParse<FeatureOrder>(order, ignoreCase: true, out var known) || !Enum.IsDefined(known) || char.IsAsciiDigit(order[0])) throw new BadHttpRequestException($"order is '{order}', expected index, density or max.");
        return Api.Json(await workspace.Features(new() { Sae = sae, Order = known, Skip = skip, Take = take }, cancel: cancel));
    }

    private static async Task<IResult> Feature([Description("Name of the SAE.")] string sae, [Description("The feature's index, from 0.")] int feature, Workspace workspace, CancellationToken cancel)
    {
        (await workspace.Contents(cancel)).RequireListed(null, [sae]);
        return Api.Json(await workspace.Feature(new() { Sae = sae, Feature = feature }, cancel: cancel));
    }

    private static async Task<IResult> Postings([Description("Name of the SAE.")] string sae, [Description("The feature's index, from 0.")] int feature, Workspace workspace,
        [Description("Places to pass over.")] long skip = 0, [Description("Places to return, at most 1000.")] int take = 100, CancellationToken cancel = default)
    {
        (await workspace.Contents(cancel)).RequireListed(null, [sae]);
        if (take is < 0 or > 1000) throw new BadHttpRequestException($"take is {take}, expected 0 to 1000.");
        return Api.Json(await workspace.Postings(new() { Sae = sae, Feature = feature, Skip = skip, Take = take }, cancel: cancel));
    }
}
