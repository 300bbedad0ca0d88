using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using SaeSharp.Lab;

namespace SaeSharp.Web.Endpoints;

/// <summary>Turns a mistake of the caller into a 400 that says what to do next; anything else stays a 500 without details.</summary>
internal sealed class ProblemHandler : IExceptionHandler
{
    private const string NextStep = "GET /api lists every address and what it takes.";

    public async ValueTask<bool> TryHandleAsync(HttpContext http, Exception exception, CancellationToken cancel)
    {
        var (problem, status) = exception is BadHttpRequestException bad
            ? (new Problem(bad.Message, NextStep), bad.StatusCode)
            : (Problem.Of(exception), StatusCodes.Status400BadRequest);
        if (problem is null) return false;
        await Tell(http, status, problem);
        return true;
    }

    /// <summary>The same shape for what routing refuses under <c>/api</c> before an endpoint runs; elsewhere a page tells it.</summary>
    public static Task TellRefusal(StatusCodeContext refused)
    {
        var http = refused.HttpContext;
        if (!http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)) return Task.CompletedTask;
        return Tell(http, http.Response.StatusCode, new(http.Response.StatusCode switch
        {
            StatusCodes.Status405MethodNotAllowed => $"This address does not take {http.Request.Method}; it takes {http.Response.Headers.Allow}.",
            var status => $"The request was refused with status {status}.",
        }, NextStep));
    }

    /// <summary>Answers with a problem, whatever the client says it would rather have.</summary>
    public static Task Tell(HttpContext http, int status, Problem problem) => TypedResults.Problem(problem.Hint, title: problem.Message, statusCode: status).ExecuteAsync(http);
}
