using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SaeSharp.Lab;

namespace SaeSharp.Web.Endpoints;

/// <summary>Reads the request in a body. What the records' types promise holds: no null where a value is expected, in lists neither, and no number beyond what a double holds.</summary>
internal static class RequestBody
{
    private static readonly JsonSerializerOptions Strict = new(LabJson.Options) { RespectNullableAnnotations = true, AllowOutOfOrderMetadataProperties = true };

    /// <exception cref="BadHttpRequestException">It is no JSON, or not of such a request.</exception>
    public static async Task<T> Read<T>(HttpContext http) where T : notnull
    {
        using var body = new MemoryStream(); // the server bounds its length
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var json = new ReadOnlySequence<byte>(body.GetBuffer(), 0, (int)body.Length);
        try
        {
            RequireValues(json);
            var reader = Reader(json);
            var request = JsonSerializer.Deserialize<T>(ref reader, Strict) ?? throw new BadHttpRequestException("The body is null, expected an object.");
            return LocalFiles.Refuse(request);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException) // the latter: a kind of request is not named
        {
            throw new BadHttpRequestException(error.Message, error);
        }
    }

    /// <summary>The types cannot say that a list holds no null, and a number too large for a double is read as infinity.</summary>
    private static void RequireValues(ReadOnlySequence<byte> json)
    {
        var reader = Reader(json);
        Span<bool> isList = stackalloc bool[LabJson.Options.MaxDepth + 1];
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray: isList[reader.CurrentDepth + 1] = true; break;
                case JsonTokenType.StartObject: isList[reader.CurrentDepth + 1] = false; break;
                case JsonTokenType.Null when isList[reader.CurrentDepth]: throw new BadHttpRequestException($"A list holds null at byte {reader.TokenStartIndex}, expected a value.");
                case JsonTokenType.Number when !reader.TryGetDouble(out var number) || !double.IsFinite(number): throw new BadHttpRequestException($"The number at byte {reader.TokenStartIndex} is too large, expected one below 1.8e308.");
                default: break;
            }
        }
    }

    private static Utf8JsonReader Reader(ReadOnlySequence<byte> json) => new(json, new JsonReaderOptions { MaxDepth = LabJson.Options.MaxDepth });
}
