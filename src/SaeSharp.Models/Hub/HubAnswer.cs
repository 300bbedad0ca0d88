using System.Net.Http.Headers;

namespace SaeSharp.Models.Hub;

/// <summary>An answer whose body is still to be read, and what the hub itself said about the file before it sent on to the host that has it.</summary>
internal sealed class HubAnswer(HttpResponseMessage response, Uri address, HubFacts facts) : IDisposable
{
    public HttpResponseMessage Response => response;

    /// <summary>Where the answer came from in the end.</summary>
    public Uri Address => address;

    public HubFacts Facts => facts;

    public void Dispose() => response.Dispose();
}

/// <summary>What headers say about a file.</summary>
/// <param name="Tag">Its checksum, as the hub's entity tag; null where none was sent.</param>
/// <param name="Size">Its bytes; null where they were not sent.</param>
internal readonly record struct HubFacts(string? Tag, long? Size)
{
    /// <summary>Reads one hop. The hub's own headers count before those of the host that has the file, whose tag is its own.</summary>
    public static HubFacts Read(HttpResponseMessage response)
    {
        var headers = response.Headers;
        var linked = One(headers, "X-Linked-Etag");
        var tag = linked ?? (headers.ETag?.Tag ?? One(headers, "ETag"));
        var size = long.TryParse(One(headers, "X-Linked-Size"), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var bytes) ? bytes
            : (int)response.StatusCode == 206 ? response.Content.Headers.ContentRange?.Length
            : response.IsSuccessStatusCode ? response.Content.Headers.ContentLength : null;
        return new(Plain(tag), size);
    }

    /// <summary>These facts, filled up with those of a later hop.</summary>
    public HubFacts Or(HubFacts later) => new(Tag ?? later.Tag, Size ?? later.Size);

    private static string? One(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary><c>W/"abc"</c> → <c>abc</c>.</summary>
    private static string? Plain(string? tag) => tag is null ? null : (tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag).Trim('"');
}
