namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>Reads texts from files; an ending says how: .txt, .jsonl, .csv or .parquet, each also packed as .gz or .zst.</summary>
internal static class TextFile
{
    private static readonly Dictionary<string, Func<string, string, IEnumerable<Document>>> Columns = new(StringComparer.OrdinalIgnoreCase)
    {
        [".jsonl"] = (path, field) => OfTexts(JsonLines.Read(path, field)),
        [".csv"] = (path, field) => OfTexts(CsvTexts.Read(path, field)),
        [".parquet"] = ParquetTexts.Read,
    };

    /// <summary>The texts that <paramref name="sources"/> name, in order.</summary>
    /// <inheritdoc cref="Documents"/>
    /// <exception cref="LabException">A file holds token ids and no texts.</exception>
    public static IReadOnlyList<string> Read(string sources, string field, string split) =>
        [.. Documents(sources, field, split).Select(document => document.Text ?? throw LabException.IdsForTexts(sources))];

    /// <summary>The documents that <paramref name="sources"/> name, in order; one file at a time is in memory.</summary>
    /// <param name="sources">Files, folders and patterns (<see cref="TextSources"/>).</param>
    /// <param name="field">Field or column that holds the text, where the format has such.</param>
    /// <param name="split">How a plain text is cut (<see cref="PlainTexts"/>).</param>
    /// <exception cref="FileException">There is no such file, or it breaks its format.</exception>
    public static IEnumerable<Document> Documents(string sources, string field, string split) => TextSources.Find(sources).SelectMany(path => One(path, field, split));

    private static IEnumerable<Document> One(string path, string field, string split)
    {
        try
        {
            return Columns.TryGetValue(PackedFile.Kind(path), out var read) ? read(path, field) : OfTexts(PlainTexts.Cut(ReadUtf8(path), split));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unreadable(path, error);
        }
    }

    /// <summary>The whole file as UTF-8; other bytes are an error, since they would silently become other tokens.</summary>
    public static string ReadUtf8(string path)
    {
        var bytes = PackedFile.Read(path).AsSpan();
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) throw FileException.Malformed(path, "content", "it is not UTF-8 text");
        return System.Text.Encoding.UTF8.GetString(bytes);
    }

    private static IEnumerable<Document> OfTexts(IReadOnlyList<string> texts) => texts.Select(text => new Document(text));
}
