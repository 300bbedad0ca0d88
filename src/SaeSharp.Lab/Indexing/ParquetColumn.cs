using Parquet;
using Parquet.Schema;

namespace SaeSharp.Lab.Indexing;

/// <summary>A column of a <see cref="ParquetTable"/>: the values of the rows that wait to be written.</summary>
/// <param name="inSchema">Its place in the schema.</param>
internal abstract class ParquetColumn(Field inSchema)
{
    public Field Field => inSchema;

    /// <summary>The field that holds the values: the element's for a list.</summary>
    public DataField Data { get; set; } = null!;

    /// <summary>Writes the values and forgets them.</summary>
    public abstract Task Write(ParquetRowGroupWriter group);
}

/// <summary>Numbers.</summary>
internal sealed class NumberColumn<T>(string name) : ParquetColumn(new DataField<T>(name)) where T : unmanaged
{
    private readonly List<T> _values = [];

    public void Add(T value) => _values.Add(value);

    public override async Task Write(ParquetRowGroupWriter group)
    {
        await group.WriteAsync<T>(Data, _values.ToArray()).ConfigureAwait(false);
        _values.Clear();
    }
}

/// <summary>Numbers of which some are missing.</summary>
internal sealed class OptionalColumn<T>(string name) : ParquetColumn(new DataField<T?>(name)) where T : unmanaged
{
    private readonly List<T?> _values = [];

    public void Add(T? value) => _values.Add(value);

    public override async Task Write(ParquetRowGroupWriter group)
    {
        await group.WriteAsync<T>(Data, _values.ToArray()).ConfigureAwait(false);
        _values.Clear();
    }
}

/// <summary>Texts.</summary>
internal sealed class TextColumn(string name) : ParquetColumn(new DataField<string>(name))
{
    private readonly List<string> _values = [];

    public void Add(string value) => _values.Add(value);

    public override async Task Write(ParquetRowGroupWriter group)
    {
        await group.WriteAsync(Data, _values.ToArray()).ConfigureAwait(false);
        _values.Clear();
    }
}

/// <summary>Lists of numbers, none of them empty.</summary>
internal sealed class ListColumn<T>(string name) : ParquetColumn(new ListField(name, new DataField<T>("element"))) where T : unmanaged
{
    private readonly List<T> _values = [];
    private readonly List<int> _levels = []; // 0 begins a list

    public void Add(ReadOnlySpan<T> values)
    {
        _values.AddRange(values);
        for (var i = 0; i < values.Length; i++) _levels.Add(i == 0 ? 0 : 1);
    }

    public override async Task Write(ParquetRowGroupWriter group)
    {
        var present = new int[_levels.Count];
        Array.Fill(present, Data.MaxDefinitionLevel);
        await group.WriteAllPartsAsync<T>(Data, _values.ToArray(), present, _levels.ToArray(), default).ConfigureAwait(false);
        _values.Clear();
        _levels.Clear();
    }
}
