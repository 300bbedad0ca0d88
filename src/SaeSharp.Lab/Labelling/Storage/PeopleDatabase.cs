using System.Data.Common;

namespace SaeSharp.Lab.Labelling.Storage;

/// <summary>Where what people write is kept: the same tables and statements on every kind of database. Safe for several threads and processes.</summary>
internal abstract class PeopleDatabase : IDisposable
{
    /// <summary>Version of the tables.</summary>
    protected const int Layout = 2;

    /// <summary>What makes the tables where they are not there yet.</summary>
    protected static readonly string[] Tables =
    [
        "CREATE TABLE IF NOT EXISTS remarks (weights TEXT NOT NULL, sae TEXT NOT NULL, feature INTEGER NOT NULL, label TEXT, note TEXT, bookmarked INTEGER NOT NULL, changed TEXT NOT NULL, PRIMARY KEY (weights, feature))",
        "CREATE TABLE IF NOT EXISTS votes (weights TEXT NOT NULL, feature INTEGER NOT NULL, label TEXT NOT NULL, voter TEXT NOT NULL, vote INTEGER NOT NULL, changed TEXT NOT NULL, PRIMARY KEY (weights, feature, label, voter))",
        "CREATE TABLE IF NOT EXISTS lists (name TEXT NOT NULL PRIMARY KEY, changed TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS listed (list TEXT NOT NULL, weights TEXT NOT NULL, sae TEXT NOT NULL, feature INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (list, weights, feature))",
        "CREATE TABLE IF NOT EXISTS revision (one INTEGER NOT NULL PRIMARY KEY, number BIGINT NOT NULL)",
        "INSERT INTO revision (one, number) VALUES (1, 0) ON CONFLICT (one) DO NOTHING",
    ];

    /// <summary>The file of a workspace, or a server.</summary>
    /// <param name="home">The workspace.</param>
    /// <param name="server">A PostgreSQL connection string; null or empty for the file.</param>
    public static PeopleDatabase Of(string home, string? server) =>
        string.IsNullOrWhiteSpace(server) ? new SqliteDatabase(Path.Combine(home, "saesharp.db")) : new PostgresDatabase(server);

    /// <summary>Asks something; <paramref name="none"/> where nothing was ever written.</summary>
    public T Read<T>(T none, Func<Statements, T> question) => Connected(isToWrite: false, none, connection => question(new(connection, null)));

    /// <summary>Changes something whole or not at all. Those who write come one after another, so what a change reads first nobody else changes meanwhile.</summary>
    public T Write<T>(Func<Statements, T> change) => Connected(isToWrite: true, default!, connection =>
    {
        using var whole = connection.BeginTransaction();
        var statements = new Statements(connection, whole);
        statements.Do("UPDATE revision SET number = number + 1"); // locks the row until the end, and tells others that they know old things
        var result = change(statements);
        whole.Commit();
        return result;
    });

    /// <summary>A number that rises with every change, whoever makes it.</summary>
    public static long Revision(Statements statements) => statements.Number("SELECT number FROM revision");

    /// <summary>When something is written: UTC, such that the order of texts is that of times.</summary>
    public static string Now => DateTime.UtcNow.ToString("O", System.Globalization.CultureInfo.InvariantCulture);

    public abstract void Dispose();

    /// <summary>Works on a connection to a database with our tables; its errors are told in words.</summary>
    protected abstract T Connected<T>(bool isToWrite, T none, Func<DbConnection, T> work);
}
