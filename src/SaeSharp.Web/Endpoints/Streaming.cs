using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using SaeSharp.Lab;

namespace SaeSharp.Web.Endpoints;

/// <summary>Long work as it goes: asked for <c>text/event-stream</c>, an event <c>progress</c> for each step, then <c>result</c> or <c>problem</c>; otherwise the result alone.</summary>
/// <remarks>Each step says all that is written so far, so a client that reads slowly misses steps and no text, and little waits for it. A client that leaves cancels the work, and its request is over when the work is.</remarks>
internal static class Streaming
{
    /// <summary>The content type of a stream of events.</summary>
    public const string EventStream = "text/event-stream";
    private const int MostWaiting = 4;

    /// <summary>Says in the document of the API that an endpoint can stream.</summary>
    public static RouteHandlerBuilder Streams(this RouteHandlerBuilder endpoint) =>
        endpoint.WithDescription($"With Accept: {EventStream} the work is told as it goes: events progress (stage, done, total, texts so far), then one event result or problem.");

    /// <summary>Whether the client asked for events.</summary>
    public static bool IsAsked(HttpContext http) => http.Request.Headers.Accept.Any(accept => accept?.Contains(EventStream, StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>Does the work and answers in the way that the client asked for.</summary>
    public static async Task<IResult> Answer<T>(HttpContext http, Func<IProgress<Progress>?, Task<T>> work)
    {
        if (!IsAsked(http)) return Api.Json(await work(null));
        var steps = Channel.CreateBounded<Progress>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest });
        var result = Work();
        // What is wrong with the request is known before the first step, and can still be told by a status. A client that leaves ends the work, and with it the steps.
        if (!await steps.Reader.WaitToReadAsync(CancellationToken.None)) await result;
        return TypedResults.ServerSentEvents(Events(steps.Reader, result));

        async Task<T> Work()
        {
            try
            {
                return await work(new Sink(steps.Writer));
            }
            finally
            {
                steps.Writer.Complete();
            }
        }
    }

    private static async IAsyncEnumerable<SseItem<string>> Events<T>(ChannelReader<Progress> steps, Task<T> result, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        try
        {
            await foreach (var step in steps.ReadAllAsync(cancel)) yield return Event("progress", step);
            yield return await Last(result);
        }
        finally
        {
            await ((Task)result).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<SseItem<string>> Last<T>(Task<T> result)
    {
        try
        {
            return Event("result", await result);
        }
        catch (Exception exception) when (Problem.Of(exception) is { } problem)
        {
            return Event("problem", new ProblemDetails { Status = StatusCodes.Status400BadRequest, Title = problem.Message, Detail = problem.Hint });
        }
    }

    private static SseItem<string> Event<T>(string name, T data) => new(JsonSerializer.Serialize(data, LabJson.Options), name);

    private sealed class Sink(ChannelWriter<Progress> steps) : IProgress<Progress>
    {
        public void Report(Progress value) => steps.TryWrite(value);
    }
}
