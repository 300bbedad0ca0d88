using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using SaeSharp.Lab;

namespace SaeSharp.Web.Endpoints;

/// <summary>Turns a mistake of the caller into a 400 that says what to do next; anything else stays a 500 without details.</summary>
internal sealed class ProblemHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext http, Exception exception, CancellationToken cancel)
    {
        var (problem, status) = exception is BadHttpRequestException bad
            ? (new Problem(bad.Message, "GET /api lists every address and what it takes."), bad.StatusCode)
            : (Problem.Of(exception), StatusCodes.Status400BadRequest);
        if (problem is null) return ValueTask.FromResult(false);

        http.Response.StatusCode = status;
        return problems.TryWriteAsync(new()
        {
            HttpContext = http,
            ProblemDetails = { Status = status, Title = problem.Message, Detail = problem.Hint },
        });
    }
}
