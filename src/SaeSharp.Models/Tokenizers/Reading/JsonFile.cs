using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace SaeSharp.Models.Tokenizers.Reading;

/// <summary>Reads a JSON file strictly: valid UTF-8 (a byte order mark is allowed), no name twice in one object, at most 64 levels deep.</summary>
internal static class JsonFile
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    public static JsonField Read(string file)
    {
        ReadOnlyMemory<byte> bytes = File.ReadAllBytes(file);
        if (bytes.Span.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        if (!Utf8.IsValid(bytes.Span)) throw TokenizerException.NotJson(file, "it is not UTF-8.");
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            return new(file, "", document.RootElement.Clone());
        }
        catch (JsonException e) { throw TokenizerException.NotJson(file, e.Message, e); }
    }
}
