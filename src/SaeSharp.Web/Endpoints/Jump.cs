using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Web.Wording;

namespace SaeSharp.Web.Endpoints;

/// <summary>The form on the home page: <c>/go?sae=SAE&amp;feature=N</c> leads to a feature; without a number, to one that fires, drawn at random.</summary>
internal static class Jump
{
    public static void MapJump(this IEndpointRouteBuilder routes) => routes.MapGet("/go", Go);

    private static async Task<IResult> Go(string sae, Workspace workspace, CancellationToken cancel, string? feature = null)
    {
        var contents = await workspace.Contents(cancel);
        if (contents.Saes.FirstOrDefault(known => known.Name == sae) is not { } chosen) return TypedResults.Redirect("/not-found");
        return TypedResults.Redirect(int.TryParse(feature, out var number) && number >= 0 ? Links.Feature(chosen, number) : await Random(chosen.Name) is { } any ? Links.Feature(chosen, any) : Links.Source(chosen));

        async Task<int?> Random(string name)
        {
            try
            {
                var count = (await workspace.Features(new() { Sae = name, AliveOnly = true, Take = 0 }, cancel: cancel)).Count;
                var alive = await workspace.Features(new() { Sae = name, AliveOnly = true, Skip = System.Random.Shared.Next(Math.Max(1, count)), Take = 1 }, cancel: cancel);
                return alive.Features is [var one, ..] ? one.Feature : null;
            }
            catch (Exception exception) when (Problem.Of(exception) is not null)
            {
                return null; // without an index the SAE's own page tells why
            }
        }
    }
}
