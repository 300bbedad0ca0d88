using Parquet;
using Parquet.Schema;

namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>A text column of a Parquet file.</summary>
internal static class ParquetTexts
{
    public static IReadOnlyList<string> Read(string path, string field) => ReadAsync(path, field).GetAwaiter().GetResult();

    private static async Task<IReadOnlyList<string>> ReadAsync(string path, string field)
    {
        try
        {
            await using var reader = await ParquetReader.CreateAsync(path).ConfigureAwait(false);
            var columns = reader.Schema.GetDataFields();
            var column = columns.FirstOrDefault(candidate => candidate.Name == field) ?? throw FileException.Missing(path, "column", field, [.. columns.Select(candidate => candidate.Name)]);
            if (column.ClrType != typeof(ReadOnlyMemory<char>)) throw FileException.Malformed(path, $"column '{field}'", $"it holds {column.ClrType.Name}, expected text"); // what the reader calls text
            var texts = new List<string>();
            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                using var rows = reader.OpenRowGroupReader(group);
                var values = new string?[rows.RowCount];
                await rows.ReadAsync(column, values.AsMemory()).ConfigureAwait(false);
                texts.AddRange(values.Select(value => value ?? ""));
            }
            return texts;
        }
        catch (Exception error) when (error is ParquetException or InvalidDataException or (IOException and not (FileNotFoundException or DirectoryNotFoundException)))
        {
            throw FileException.Malformed(path, "content", $"it is no Parquet file that can be read ({error.Message})", error);
        }
    }
}
