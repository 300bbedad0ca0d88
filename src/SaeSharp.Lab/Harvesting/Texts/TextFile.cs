using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>Reads texts from a file; its ending says how: .txt, .jsonl, .csv or .parquet.</summary>
internal static class TextFile
{
    private static readonly Dictionary<string, Func<string, string, IReadOnlyList<string>>> Columns = new(StringComparer.OrdinalIgnoreCase)
    {
        [".jsonl"] = JsonLines.Read,
        [".csv"] = CsvTexts.Read,
        [".parquet"] = ParquetTexts.Read,
    };

    /// <summary>The texts of <paramref name="path"/> in order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="field">Field or column that holds the text, where the format has such.</param>
    /// <param name="split">How a plain text is cut (<see cref="PlainTexts"/>).</param>
    /// <exception cref="FileException">There is no such file, or it breaks its format.</exception>
    public static IReadOnlyList<string> Read(string path, string field, string split)
    {
        try
        {
            if (Columns.TryGetValue(Path.GetExtension(path), out var read)) return read(path, field);
            return PlainTexts.Cut(ReadUtf8(path), split);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unreadable(path, error);
        }
    }

    /// <summary>The whole file as UTF-8; other bytes are an error, since they would silently become other tokens.</summary>
    public static string ReadUtf8(string path)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) throw FileException.Malformed(path, "content", "it is not UTF-8 text");
        return System.Text.Encoding.UTF8.GetString(bytes);
    }
}
