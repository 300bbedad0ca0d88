using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Training;
using SaeSharp.Web.Endpoints.Document;

namespace SaeSharp.Web.Endpoints;

/// <summary>Trainings: <c>/api/runs</c>, <c>/api/runs/{id}</c>.</summary>
internal static class RunEndpoints
{
    public static void MapRuns(this IEndpointRouteBuilder api)
    {
        api.MapGet("/runs", async (Workspace workspace, CancellationToken cancel) => Api.Json(await workspace.Runs(new(), cancel: cancel)))
            .Gives<RunsResult>("The trainings of the workspace, the newest first.");
        api.MapGet("/runs/{id}", async (string id, Workspace workspace, CancellationToken cancel) => Api.Json(await workspace.Runs(new() { Run = id }, cancel: cancel)))
            .Gives<RunsResult>("One training with its whole course; the beginning of its id is enough.");
    }
}
