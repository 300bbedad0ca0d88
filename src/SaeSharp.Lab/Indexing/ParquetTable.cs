using Parquet;

namespace SaeSharp.Lab.Indexing;

/// <summary>A Parquet file that is filled row by row and written in row groups, so that one feature's rows are found without reading the rest.</summary>
/// <remarks>Columns are added before the first row; a row is complete when every column has got a value.</remarks>
internal sealed class ParquetTable : IAsyncDisposable
{
    /// <summary>The library's own level is the smallest files: they took three quarters of a whole index' time, to be a little smaller.</summary>
    private static readonly ParquetOptions Packing = new() { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = System.IO.Compression.CompressionLevel.Optimal };

    private readonly string _path;
    private readonly int _groupRows;
    private readonly List<ParquetColumn> _columns = [];
    private FileStream? _file;
    private ParquetWriter? _writer;
    private int _rows;

    /// <param name="path">The file; must not exist.</param>
    /// <param name="groupRows">Rows of a group.</param>
    public ParquetTable(string path, int groupRows) => (_path, _groupRows) = (path, groupRows);

    /// <summary>Whether a whole group of rows waits to be written.</summary>
    public bool IsFull => _rows >= _groupRows;

    public NumberColumn<T> Number<T>(string name) where T : unmanaged => Column(new NumberColumn<T>(name));

    public OptionalColumn<T> Optional<T>(string name) where T : unmanaged => Column(new OptionalColumn<T>(name));

    public TextColumn Text(string name) => Column(new TextColumn(name));

    public ListColumn<T> List<T>(string name) where T : unmanaged => Column(new ListColumn<T>(name));

    /// <summary>Says that a row is complete.</summary>
    public void EndRow() => _rows++;

    /// <summary>Writes the rows that wait.</summary>
    public async Task Flush()
    {
        if (_writer is null)
        {
            var schema = new Parquet.Schema.ParquetSchema(_columns.Select(column => column.Field));
            foreach (var (column, field) in _columns.Zip(schema.GetDataFields())) column.Data = field;
            _file = new(_path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
            _writer = await ParquetWriter.CreateAsync(schema, _file, Packing).ConfigureAwait(false);
        }
        if (_rows == 0) return;
        using var group = _writer.CreateRowGroup();
        foreach (var column in _columns) await column.Write(group).ConfigureAwait(false);
        group.CompleteValidate();
        _rows = 0;
    }

    public async ValueTask DisposeAsync()
    {
        await Flush().ConfigureAwait(false);
        await _writer!.DisposeAsync().ConfigureAwait(false);
        if (_file!.CanWrite) _file.Flush(flushToDisk: true);
        await _file.DisposeAsync().ConfigureAwait(false);
    }

    private T Column<T>(T column) where T : ParquetColumn
    {
        _columns.Add(column);
        return column;
    }
}
