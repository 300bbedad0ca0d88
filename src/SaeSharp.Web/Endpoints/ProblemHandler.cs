using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using SaeSharp.Lab;

namespace SaeSharp.Web.Endpoints;

/// <summary>Turns a mistake of the caller into a 400 that says what to do next; anything else stays a 500 without details.</summary>
internal sealed class ProblemHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext http, Exception exception, CancellationToken cancel)
    {
        if (Problem.Of(exception) is not { } problem) return ValueTask.FromResult(false);

        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        return problems.TryWriteAsync(new()
        {
            HttpContext = http,
            ProblemDetails = { Status = StatusCodes.Status400BadRequest, Title = problem.Message, Detail = problem.Hint },
        });
    }
}
