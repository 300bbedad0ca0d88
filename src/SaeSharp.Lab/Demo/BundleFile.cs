using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Demo;

/// <summary>The small JSON files of a demo's workspace.</summary>
internal static class BundleFile
{
    private const long Most = 16 << 20;
    private static readonly JsonSerializerOptions Strict = new(LabJson.Options) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = true };

    /// <summary>What the file holds; null where there is none.</summary>
    /// <exception cref="FileException">It cannot be read, or holds something else.</exception>
    public static T? Read<T>(string path) where T : class
    {
        if (!File.Exists(path)) return null;
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > Most) throw FileException.Malformed(path, "size", $"it has {stream.Length} bytes, expected at most {Most}");
            return JsonSerializer.Deserialize<T>(stream, Strict) ?? throw FileException.Malformed(path, "content", "it is null, expected an object");
        }
        catch (JsonException error)
        {
            throw FileException.Malformed(path, "content", error.Message.TrimEnd('.'), error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unreadable(path, error);
        }
    }

    public static void Write<T>(string path, T content) => AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(content, Strict));
}
