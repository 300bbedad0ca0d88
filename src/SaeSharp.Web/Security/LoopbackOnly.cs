using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace SaeSharp.Web.Security;

/// <summary>Refuses, before any handler runs, what another site could make this user's browser send.</summary>
/// <remarks>
/// A foreign <c>Host</c> is DNS rebinding (the hole of CVE-2024-28224); a foreign <c>Origin</c> or a cross-site fetch is another page at work.
/// A link on another site that merely opens a page here stays allowed: it is a top-level GET navigation.
/// </remarks>
internal sealed class LoopbackOnly(RequestDelegate next)
{
    private static readonly HashSet<string> Hosts = new(StringComparer.OrdinalIgnoreCase) { "localhost", "127.0.0.1", "[::1]" };

    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (request.Headers.Host.Count != 1 || !Hosts.Contains(request.Host.Host))
            return Refuse(http, "This workbench answers only to localhost, 127.0.0.1 and [::1].");
        if (!IsOwnOrigin(request) || IsForeignFetch(request))
            return Refuse(http, "This request comes from another site.");
        return next(http);
    }

    private static bool IsOwnOrigin(HttpRequest request) =>
        StringValues.IsNullOrEmpty(request.Headers.Origin) || request.Headers.Origin == $"{request.Scheme}://{request.Host}";

    private static bool IsForeignFetch(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is [{ } site] && site is not ("same-origin" or "none")
        && !(HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document");

    private static Task Refuse(HttpContext http, string reason)
    {
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return http.Response.WriteAsync(reason);
    }
}
