using Parquet;
using Parquet.Schema;

namespace SaeSharp.Lab.Indexing;

/// <summary>A Parquet file that is filled row by row and written in row groups, so that one feature's rows are found without reading the rest.</summary>
internal sealed class ParquetTable : IAsyncDisposable
{
    private readonly FileStream _file;
    private readonly ParquetWriter _writer;
    private readonly DataField[] _fields;
    private readonly List<object?>[] _columns;
    private readonly int _groupRows;

    private ParquetTable(FileStream file, ParquetWriter writer, DataField[] fields, int groupRows)
    {
        (_file, _writer, _fields, _groupRows) = (file, writer, fields, groupRows);
        _columns = [.. fields.Select(_ => new List<object?>())];
    }

    public static async Task<ParquetTable> Create(string path, int groupRows, params Field[] fields)
    {
        var schema = new ParquetSchema(fields);
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        return new(file, await ParquetWriter.CreateAsync(schema, file).ConfigureAwait(false), schema.GetDataFields(), groupRows);
    }

    /// <summary>Adds a row: a value, an <c>int[]</c> or <c>float[]</c> for each field.</summary>
    public async Task Add(params object?[] row)
    {
        for (var i = 0; i < row.Length; i++) _columns[i].Add(row[i]);
        if (_columns[0].Count >= _groupRows) await Flush().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await Flush().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        if (_file.CanWrite) _file.Flush(flushToDisk: true);
        await _file.DisposeAsync().ConfigureAwait(false);
    }

    private async Task Flush()
    {
        if (_columns[0].Count == 0) return;
        using var group = _writer.CreateRowGroup();
        for (var i = 0; i < _fields.Length; i++)
        {
            await Write(group, _fields[i], _columns[i]).ConfigureAwait(false);
            _columns[i].Clear();
        }
        group.CompleteValidate();
    }

    private static async Task Write(ParquetRowGroupWriter group, DataField field, List<object?> rows)
    {
        if (field.ClrType == typeof(ReadOnlyMemory<char>)) await group.WriteAsync(field, rows.Cast<string>().ToArray()).ConfigureAwait(false);
        else if (field.MaxRepetitionLevel > 0)
        {
            var levels = rows.SelectMany(row => Enumerable.Range(0, ((Array)row!).Length).Select(i => i == 0 ? 0 : 1)).ToArray();
            var present = new int[levels.Length];
            Array.Fill(present, field.MaxDefinitionLevel);
            if (field.ClrType == typeof(int)) await group.WriteAllPartsAsync<int>(field, rows.SelectMany(row => (int[])row!).ToArray(), present, levels, default).ConfigureAwait(false);
            else await group.WriteAllPartsAsync<float>(field, rows.SelectMany(row => (float[])row!).ToArray(), present, levels, default).ConfigureAwait(false);
        }
        else if (field.ClrType == typeof(int)) await group.WriteAsync<int>(field, rows.Cast<int>().ToArray()).ConfigureAwait(false);
        else if (field.ClrType == typeof(long)) await group.WriteAsync<long>(field, rows.Cast<long>().ToArray()).ConfigureAwait(false);
        else if (field.ClrType == typeof(float) && field.IsNullable) await group.WriteAsync<float>(field, rows.Cast<float?>().ToArray()).ConfigureAwait(false);
        else if (field.ClrType == typeof(float)) await group.WriteAsync<float>(field, rows.Cast<float>().ToArray()).ConfigureAwait(false);
        else if (field.IsNullable) await group.WriteAsync<double>(field, rows.Cast<double?>().ToArray()).ConfigureAwait(false);
        else await group.WriteAsync<double>(field, rows.Cast<double>().ToArray()).ConfigureAwait(false);
    }
}
