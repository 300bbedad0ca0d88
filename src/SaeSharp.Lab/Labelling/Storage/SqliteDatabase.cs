using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace SaeSharp.Lab.Labelling.Storage;

/// <summary>One file of the workspace, made when something is first written.</summary>
internal sealed class SqliteDatabase(string path) : PeopleDatabase
{
    private readonly Lock _lock = new();
    private SqliteConnection? _connection;

    public override void Dispose()
    {
        if (_connection is not { } open) return;
        SqliteConnection.ClearPool(open);
        open.Dispose();
    }

    protected override T Connected<T>(bool isToWrite, T none, Func<DbConnection, T> work)
    {
        lock (_lock)
        {
            if (_connection is null && !isToWrite && !File.Exists(path)) return none;
            try
            {
                return work(_connection ??= Open());
            }
            catch (Exception error) when (error is SqliteException or FormatException or InvalidCastException)
            {
                throw LabException.BrokenRemarks(path, error.Message.TrimEnd('.'));
            }
        }
    }

    private SqliteConnection Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var file = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            file.Open();
            var layout = new Statements(file, null).Number("PRAGMA user_version");
            if (layout > Layout) throw LabException.BrokenRemarks(path, $"it has layout {layout}, expected at most {Layout}");
            if (layout < Layout) Make(file);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void Make(SqliteConnection file)
    {
        using var whole = file.BeginTransaction();
        var statements = new Statements(file, whole);
        foreach (var table in Tables) statements.Do(table);
        statements.Do($"PRAGMA user_version = {Layout}");
        whole.Commit();
    }
}
