using Microsoft.AspNetCore.Routing;

namespace SaeSharp.Web.Endpoints;

/// <summary>The HTTP API: the same requests and results as the command line and the library.</summary>
internal static class Api
{
    public static void MapApi(this IEndpointRouteBuilder routes)
    {
    }
}
