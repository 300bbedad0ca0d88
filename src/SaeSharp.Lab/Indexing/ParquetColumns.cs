using Parquet;
using Parquet.Schema;

namespace SaeSharp.Lab.Indexing;

/// <summary>Reads columns of numbers of a Parquet file that an index wrote, a row group at a time.</summary>
internal sealed class ParquetColumns : IAsyncDisposable
{
    private const int MostGroupRows = 1 << 20; // ours have a sixteenth of it, and the rest of a window
    private const long FreeRows = 4 << 20;
    private const int RowsPerByte = 16; // ours take some bytes a row
    private readonly string _path;
    private readonly ParquetReader _reader;

    private ParquetColumns(string path, ParquetReader reader) => (_path, _reader) = (path, reader);

    public int Groups => _reader.RowGroupCount;

    /// <exception cref="FileException">There is no such file, or it is no Parquet file.</exception>
    public static async Task<ParquetColumns> Open(string path)
    {
        try
        {
            var reader = await ParquetReader.CreateAsync(path).ConfigureAwait(false);
            var (rows, most) = (0.0, FreeRows + RowsPerByte * new FileInfo(path).Length);
            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                using var opened = reader.OpenRowGroupReader(group);
                rows += opened.RowCount is >= 0 and <= MostGroupRows ? opened.RowCount : throw FileException.Malformed(path, $"row group {group}", $"it claims {opened.RowCount} rows, expected at most {MostGroupRows}");
            }
            return rows <= most ? new(path, reader) : throw FileException.Malformed(path, "size", $"it claims {rows:F0} rows, expected at most {most} in a file of this size");
        }
        catch (Exception error) when (IsOfFile(error))
        {
            throw FileException.Malformed(path, "content", $"it is no Parquet file that can be read ({error.Message})", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FileException.Unreadable(path, error);
        }
    }

    /// <summary>What <paramref name="read"/> makes of the columns of one row group.</summary>
    public async Task<T> Read<T>(int group, Func<ColumnReader, Task<T>> read)
    {
        try
        {
            using var rows = _reader.OpenRowGroupReader(group);
            return await read(new(_path, _reader.Schema.GetDataFields(), rows)).ConfigureAwait(false);
        }
        catch (Exception error) when (IsOfFile(error))
        {
            throw FileException.Malformed(_path, $"row group {group}", $"it cannot be read ({error.Message})", error);
        }
    }

    public ValueTask DisposeAsync() => _reader.DisposeAsync();

    /// <summary>Whether the content is to blame: the decoders under the reader have each their own errors for bytes that are none of theirs.</summary>
    private static bool IsOfFile(Exception error) => error is EndOfStreamException or not (SaeSharpException or OperationCanceledException or IOException or UnauthorizedAccessException);

    /// <summary>The columns of one row group.</summary>
    internal sealed class ColumnReader(string path, DataField[] fields, ParquetRowGroupReader rows)
    {
        public int Count => (int)rows.RowCount;

        /// <summary>All values of a column.</summary>
        public async Task<T[]> Of<T>(string name) where T : struct
        {
            var field = fields.FirstOrDefault(candidate => candidate.Name == name) ?? throw FileException.Missing(path, "column", name, [.. fields.Select(candidate => candidate.Name)]);
            if (field.ClrType != typeof(T) || field.IsNullable || field.MaxRepetitionLevel > 0) throw FileException.Malformed(path, $"column '{name}'", $"it holds {field.ClrType.Name}, expected {typeof(T).Name} in every row");
            var values = new T[Count];
            await rows.ReadAsync<T>(field, values.AsMemory()).ConfigureAwait(false);
            return values;
        }
    }
}
