using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SaeSharp.Lab;
using SaeSharp.Web.Endpoints;

namespace SaeSharp.Web.Security;

/// <summary>Refuses, before any handler runs, what no page of ours and no honest client sends: other methods, addresses that hide dots or slashes, a length said in two ways, a body that is no JSON.</summary>
/// <remarks>Nothing here turns an address into a path of a file; this is the second lock.</remarks>
internal sealed class PlainRequests(RequestDelegate next)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!IsKnown(request)) return Refuse(http, StatusCodes.Status405MethodNotAllowed, $"The method {Shown(request.Method)} is not taken, expected GET or POST.");
        if (!IsPlain(target)) return Refuse(http, StatusCodes.Status404NotFound, "No address looks like this: it hides a slash, climbs out of a folder or is no UTF-8.");
        // The server takes the second and hands the first on under another name: a proxy may have taken the first.
        if (request.Headers.TransferEncoding.Count > 0 && (request.ContentLength is not null || request.Headers.ContainsKey("X-Content-Length")))
            return Refuse(http, StatusCodes.Status400BadRequest, "The request says its length in two ways, Content-Length and Transfer-Encoding, expected one.");
        if (request.ContentLength > http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize)
            return Refuse(http, StatusCodes.Status413PayloadTooLarge, $"The body has {request.ContentLength} bytes, expected at most {http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize}.");
        // A form of another page can post text, but no JSON without asking first.
        if (HttpMethods.IsPost(request.Method) && request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && !request.HasJsonContentType())
            return Refuse(http, StatusCodes.Status415UnsupportedMediaType, "The body must be JSON: send Content-Type: application/json.");
        return next(http);
    }

    // Upper and lower case differ here (RFC 9110, 9.1). DELETE ends a page's connection where there are no web sockets.
    private static bool IsKnown(HttpRequest request) => request.Method is "GET" or "POST" or "HEAD"
        || request.Method == "DELETE" && request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase);

    private static bool IsPlain(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var parts = (query < 0 ? target : target[..query]).Split('/');
        if (parts is not ["", .., var last]) return false;
        return parts[1..^1].All(part => part.Length > 0 && IsPlainPart(part)) && IsPlainPart(last);
    }

    private static bool IsPlainPart(string part)
    {
        if (!part.Contains('%') && !part.Contains('\\')) return part is not ("." or "..");
        var bytes = Encoding.UTF8.GetBytes(part);
        try
        {
            var text = Utf8.GetString(WebUtility.UrlDecodeToBytes(bytes, 0, bytes.Length)!);
            return text is not ("." or "..") && !text.AsSpan().ContainsAny('/', '\\', '\0');
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static Task Refuse(HttpContext http, int status, string fact) => ProblemHandler.Tell(http, status, new Problem(fact, "GET /api lists every address and what it takes."));

    private static string Shown(string method) => method.Length <= 20 ? method : method[..20] + "…";
}
