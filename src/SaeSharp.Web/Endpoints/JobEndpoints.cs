using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SaeSharp.Lab;
using SaeSharp.Lab.Jobs;
using SaeSharp.Web.Endpoints.Document;

namespace SaeSharp.Web.Endpoints;

/// <summary>Long work that goes on when nobody looks: <c>/api/jobs</c>, <c>/api/jobs/{id}</c>, and what can be done to one.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        api.MapGet("/jobs", (Workspace workspace) => Api.Json(new JobsResult(workspace.Jobs.All))).Gives<JobsResult>("The jobs of the workspace, the newest first.");
        api.MapPost("/jobs", Start).Takes<JobRequest, Job>().WithName("startJob");
        api.MapGet("/jobs/{id}", Get).Gives<Job>("One job, with its result where it is finished.")
            .WithDescription($"With Accept: {Streaming.EventStream} it is told as it goes: an event job for each change, until it has ended; the last one holds the result.");
        api.MapPost("/jobs/{id}/cancel", (string id, HttpContext http, Workspace workspace) => Change(http, () => workspace.Jobs.Cancel(id))).Changes("Stops a job that runs, or takes one that waits out of the queue.");
        api.MapPost("/jobs/{id}/resume", (string id, HttpContext http, Workspace workspace) => Change(http, () => workspace.Jobs.Resume(id))).Changes("Puts a job that was cancelled, interrupted or failed into the queue again: a training goes on from its last checkpoint, other verbs begin anew.");
        api.MapPost("/jobs/{id}/remove", (string id, HttpContext http, Workspace workspace) => Change(http, () => workspace.Jobs.Remove(id))).Changes("Forgets a job that has ended, and its result. What it made stays.");
    }

    private static void Changes(this RouteHandlerBuilder endpoint, string summary) => endpoint.Takes<JobChange, Job>().WithSummary(summary);

    private static async Task<IResult> Change(HttpContext http, Func<Job> change)
    {
        await RequestBody.Read<JobChange>(http);
        return Api.Json(change());
    }

    private static async Task<IResult> Start(HttpContext http, Workspace workspace, CancellationToken cancel)
    {
        var request = await RequestBody.Read<JobRequest>(http);
        return Api.Json(await workspace.Jobs.Start(JobVetting.Vetted(request, await workspace.Contents(cancel), workspace.Jobs.Pending), cancel));
    }

    private static IResult Get(string id, HttpContext http, Workspace workspace)
    {
        var job = workspace.Jobs.Get(id); // that there is none can still be told by a status
        return Streaming.IsAsked(http) ? TypedResults.ServerSentEvents(Events(workspace.Jobs, id, http.RequestAborted)) : TypedResults.Json(job, LocalFiles.Json);
    }

    private static async IAsyncEnumerable<SseItem<string>> Events(JobBoard jobs, string id, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var job in jobs.Follow(id, cancel)) yield return new(JsonSerializer.Serialize(job, LocalFiles.Json), "job");
    }
}

/// <summary>What is done to a job stands in the address: the body is an empty object.</summary>
internal sealed record JobChange;
