using System.Text.Json;
using System.Text.Unicode;

namespace SaeSharp.Numerics.Files;

/// <summary>Reads JSON from outside: no duplicate keys, comments or trailing commas, at most 64 levels, every string valid Unicode.</summary>
/// <remarks>The default parser keeps the last of two equal keys and finds half a surrogate pair only when the string is asked for. Here both are errors at once.</remarks>
public static class StrictJson
{
    /// <summary>How deep arrays and objects may nest.</summary>
    public const int MaxDepth = 64;

    /// <summary>Larger files are refused; the largest tokenizers in use have a tenth of it.</summary>
    public const long MaxFileBytes = 256L << 20;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The root of a JSON file. Throws <see cref="FileException"/> naming the file and the place.</summary>
    public static JsonElement Read(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            var bytes = RandomAccess.GetLength(handle);
            if (bytes > MaxFileBytes) throw FileException.Malformed(path, "size", $"the file has {bytes} bytes, expected at most {MaxFileBytes}");
            return Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw FileException.Unreadable(path, error);
        }
    }

    /// <summary>The root of UTF-8 JSON; <paramref name="file"/> is what errors call it. A byte order mark is skipped.</summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8, string file)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        if (!Utf8.IsValid(utf8.Span)) throw FileException.Malformed(file, "content", "it is not UTF-8");
        try
        {
            RequireUnicode(utf8.Span, file);
            return JsonElement.Parse(utf8.Span, Options);
        }
        catch (JsonException error)
        {
            throw FileException.Malformed(file, $"line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}", $"it is not strict JSON ({Reason(error)})", error);
        }
    }

    /// <summary>Decodes each escaped string once: the only ones that can hold half a surrogate pair in valid UTF-8.</summary>
    private static void RequireUnicode(ReadOnlySpan<byte> utf8, string file)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) _ = reader.GetString();
        }
        catch (InvalidOperationException error)
        {
            throw FileException.Malformed(file, $"byte {reader.TokenStartIndex}", "a string is not valid Unicode: half a surrogate pair", error);
        }
    }

    private static string Reason(JsonException error) => error.Message.Split(" Path:")[0].Split(" LineNumber:")[0].TrimEnd('.');
}
