using System.Data.Common;
using Npgsql;

namespace SaeSharp.Lab.Labelling.Storage;

/// <summary>A PostgreSQL server that several people share.</summary>
internal sealed class PostgresDatabase : PeopleDatabase
{
    private const int Patience = 10; // seconds until a server that does not answer is told, where the connection string does not say
    private const long MakingTables = 0x5AE5_4A9B; // what those who make the tables lock, so that one does

    private readonly NpgsqlDataSource _source;
    private readonly string _place;
    private volatile bool _isMade;

    /// <param name="connection">A connection string such as <c>Host=db.lab;Database=saesharp;Username=ada</c>. It may hold a password, and is told to nobody.</param>
    /// <exception cref="DatabaseException">It is none.</exception>
    public PostgresDatabase(string connection)
    {
        var settings = Parsed(connection);
        _place = $"{settings.Host}:{settings.Port}, database {settings.Database ?? settings.Username}";
        _source = NpgsqlDataSource.Create(settings);
    }

    public override void Dispose() => _source.Dispose();

    protected override T Connected<T>(bool isToWrite, T none, Func<DbConnection, T> work)
    {
        try
        {
            using var connection = _source.OpenConnection();
            if (!_isMade) Make(connection);
            return work(connection);
        }
        catch (PostgresException error)
        {
            throw DatabaseException.Refused(_place, error.SqlState, error.MessageText);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw DatabaseException.Unreachable(_place, (error.InnerException ?? error).Message);
        }
        catch (Exception error) when (error is FormatException or InvalidCastException)
        {
            throw DatabaseException.Broken(_place, error.Message);
        }
    }

    /// <summary>Makes the tables where they are not there: who may write in them need not have the right to make them.</summary>
    private void Make(NpgsqlConnection connection)
    {
        using var whole = connection.BeginTransaction();
        var statements = new Statements(connection, whole);
        statements.Do($"SELECT pg_advisory_xact_lock({MakingTables})");
        if (statements.Number("SELECT count(*) FROM pg_class WHERE oid = to_regclass('saesharp_layout')") == 0)
        {
            foreach (var table in Tables) statements.Do(table);
            statements.Do("CREATE TABLE saesharp_layout (number INTEGER NOT NULL)");
            statements.Do($"INSERT INTO saesharp_layout (number) VALUES ({Layout})");
        }
        var layout = statements.Number("SELECT number FROM saesharp_layout");
        if (layout != Layout) throw DatabaseException.Broken(_place, $"its tables have layout {layout}, expected {Layout}");
        whole.Commit();
        _isMade = true;
    }

    private static NpgsqlConnectionStringBuilder Parsed(string connection)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connection);
            if (string.IsNullOrWhiteSpace(settings.Host)) throw DatabaseException.NoHost();
            if (!settings.ContainsKey(nameof(settings.Timeout))) settings.Timeout = Patience;
            settings.ApplicationName ??= "SaeSharp";
            return settings;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException or OverflowException)
        {
            throw DatabaseException.NoConnectionString(); // its words are not repeated: one of them may be a part of a password
        }
    }
}
