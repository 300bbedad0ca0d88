using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using SaeSharp.Web.Endpoints;

namespace SaeSharp.Web.Security;

/// <summary>Refuses, before any handler runs, what another site could make this user's browser send.</summary>
/// <remarks>
/// A foreign <c>Host</c> is DNS rebinding (the hole of CVE-2024-28224); a foreign <c>Origin</c>, <c>Referer</c> or a cross-site fetch is another page at work.
/// A link on another site that merely opens a page here stays allowed: it is a top-level GET navigation.
/// </remarks>
internal sealed class LoopbackOnly(RequestDelegate next)
{
    private static readonly HashSet<string> Hosts = new(StringComparer.OrdinalIgnoreCase) { "localhost", "127.0.0.1", "[::1]" };

    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (request.Headers.Host.Count != 1 || !Hosts.Contains(request.Host.Host))
            return ProblemHandler.Tell(http, StatusCodes.Status403Forbidden, new("This workbench answers only to localhost, 127.0.0.1 and [::1].", "Open it by one of these names."));
        if (!IsOwnOrigin(request) || IsForeignFetch(request) || IsForeignReferer(request))
            return ProblemHandler.Tell(http, StatusCodes.Status403Forbidden, new("This request comes from another site.", "Open the workbench itself, or send the request from a program."));
        return next(http);
    }

    private static bool IsOwnOrigin(HttpRequest request) =>
        StringValues.IsNullOrEmpty(request.Headers.Origin) || request.Headers.Origin == $"{request.Scheme}://{request.Host}";

    private static bool IsForeignFetch(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && !(site is ["same-origin" or "none"]) && !IsNavigation(request);

    /// <summary>Browsers that do not say what a request is for still say where it comes from; a link to a page is harmless, anything else is not.</summary>
    private static bool IsForeignReferer(HttpRequest request) =>
        request.Headers.Referer is { Count: > 0 } referer
        && !(Uri.TryCreate(referer, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase))
        && !IsNavigation(request)
        && !(HttpMethods.IsGet(request.Method) && !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && !request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase));

    private static bool IsNavigation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document";
}
