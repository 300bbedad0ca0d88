namespace SaeSharp.Web.Endpoints;

/// <summary>The addresses of the API.</summary>
/// <param name="About">How it works.</param>
/// <param name="Document">Where its OpenAPI document lies.</param>
/// <param name="Guide">The page about it, with examples.</param>
/// <param name="Addresses">What there is, in short.</param>
internal sealed record ApiDirectory(string About, string Document, string Guide, IReadOnlyList<string> Addresses);
