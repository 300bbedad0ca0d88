using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using SaeSharp.Lab;

namespace SaeSharp.Web.Endpoints.Document;

/// <summary>Says of an endpoint what it takes and gives.</summary>
internal static class Described
{
    /// <summary>Takes a request as JSON and gives a result; the request's doc comment tells what for.</summary>
    public static RouteHandlerBuilder Takes<TRequest, TResult>(this RouteHandlerBuilder endpoint) where TRequest : notnull => endpoint
        .Accepts<TRequest>("application/json").Gives<TResult>(DocComments.OfType(typeof(TRequest)))
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Gives a result.</summary>
    public static RouteHandlerBuilder Gives<TResult>(this RouteHandlerBuilder endpoint, string summary) => endpoint
        .Produces<TResult>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).WithSummary(summary);
}
