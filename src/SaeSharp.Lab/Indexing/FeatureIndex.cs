using System.Data.Common;
using System.Globalization;
using DuckDB.NET.Data;

namespace SaeSharp.Lab.Indexing;

/// <summary>Answers questions to the Parquet files of one index through DuckDB. Safe for several threads, one question at a time.</summary>
internal sealed class FeatureIndex : IDisposable
{
    private readonly Lock _lock = new();
    private DuckDBConnection? _connection;
    private bool _isForgotten;
    private readonly Lazy<FeatureStatistics> _statistics;

    public FeatureIndex(IndexInfo info)
    {
        Info = info;
        _statistics = new(() => FeatureStatistics.Load(this));
    }

    public IndexInfo Info { get; }

    /// <summary>Counts, maxima and distributions of all features, in memory.</summary>
    public FeatureStatistics Statistics => _statistics.Value;

    /// <summary>Rows of a table.</summary>
    /// <param name="table">Its file.</param>
    /// <param name="select">Columns.</param>
    /// <param name="rest">What follows FROM, e.g. WHERE feature = ?; never text from outside.</param>
    /// <param name="read">Reads one row.</param>
    /// <param name="parameters">Values for the question marks.</param>
    public List<T> Query<T>(string table, string select, string rest, Func<DbDataReader, T> read, params ReadOnlySpan<object> parameters)
    {
        lock (_lock)
        {
            try
            {
                using var command = (_connection ??= Open()).CreateCommand();
                var path = Path.Combine(Info.Path, table).Replace("'", "''", StringComparison.Ordinal);
                command.CommandText = string.Create(CultureInfo.InvariantCulture, $"SELECT {select} FROM read_parquet('{path}') {rest}");
                foreach (var parameter in parameters) command.Parameters.Add(new DuckDBParameter(parameter));
                using var reader = command.ExecuteReader();
                var rows = new List<T>();
                while (reader.Read()) rows.Add(read(reader));
                return rows;
            }
            catch (DuckDBException error)
            {
                throw LabException.BrokenIndex(Info.Path, error.Message.Split('\n')[0].TrimEnd('.'));
            }
            finally
            {
                if (_isForgotten) Close();
            }
        }
    }

    /// <summary>Closes it once nobody asks any more: a page may be in the middle of its questions while the index is made anew.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isForgotten = true;
            Close();
        }
    }

    private static DuckDBConnection Open()
    {
        var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        return connection;
    }

    private void Close()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
