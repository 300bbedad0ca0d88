using Parquet;
using Parquet.Schema;

namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>A text column of a Parquet file; where it has none of that name, its lists of token ids in <c>input_ids</c>.</summary>
internal static class ParquetTexts
{
    private const string TokenIds = "input_ids";

    public static IEnumerable<Document> Read(string path, string field) => ReadAsync(path, field).GetAwaiter().GetResult();

    private static async Task<IEnumerable<Document>> ReadAsync(string path, string field)
    {
        try
        {
            await using var reader = PackedFile.IsPacked(path)
                ? await ParquetReader.CreateAsync(new MemoryStream(PackedFile.Read(path))).ConfigureAwait(false)
                : await ParquetReader.CreateAsync(path).ConfigureAwait(false);
            var columns = reader.Schema.GetDataFields();
            var column = columns.FirstOrDefault(candidate => candidate.Path.ToString() == field || candidate.Path.FirstPart == field)
                ?? columns.FirstOrDefault(candidate => candidate.Path.FirstPart == TokenIds)
                ?? throw FileException.Missing(path, "column", field, [.. columns.Select(candidate => candidate.Name)]);
            if (ParquetIds.CanRead(column)) return await ParquetIds.ReadAsync(path, reader, column).ConfigureAwait(false);
            if (column.ClrType != typeof(ReadOnlyMemory<char>)) throw FileException.Malformed(path, $"column '{field}'", $"it holds {column.ClrType.Name}, expected text or lists of token ids"); // what the reader calls text
            var texts = new List<Document>();
            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                using var rows = reader.OpenRowGroupReader(group);
                var values = new string?[rows.RowCount];
                await rows.ReadAsync(column, values.AsMemory()).ConfigureAwait(false);
                texts.AddRange(values.Select(value => new Document(value ?? "")));
            }
            return texts;
        }
        catch (Exception error) when (error is ParquetException or InvalidDataException or (IOException and not (FileNotFoundException or DirectoryNotFoundException)))
        {
            throw FileException.Malformed(path, "content", $"it is no Parquet file that can be read ({error.Message})", error);
        }
    }
}
