using System.Globalization;
using Microsoft.Data.Sqlite;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Labelling;

/// <summary>What people write about features, in one SQLite file of the workspace. Safe for several threads and processes.</summary>
/// <remarks>
/// A remark belongs to weights (their SHA-256), not to a name: it stays when an SAE is moved, and does not stick to another SAE that takes the name. The file is made by the first remark.
/// </remarks>
internal sealed class RemarkBook(string path) : LabelSource, IDisposable
{
    private const int Layout = 1;
    private const string Columns = "sae, feature, label, note, bookmarked, changed, weights";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, IReadOnlyDictionary<int, string>> _labels = [];
    private SqliteConnection? _connection;
    private long _seen;

    public override LabelOrigin Origin => LabelOrigin.Human;

    public override IReadOnlyDictionary<int, string> Of(LoadedSae sae)
    {
        var weights = sae.WeightsSha256;
        lock (_lock)
        {
            if (Open(make: false) is not { } file) return _labels.TryGetValue("", out var none) ? none : _labels[""] = new Dictionary<int, string>();
            return Asked(() =>
            {
                Refresh(file);
                if (_labels.TryGetValue(weights, out var known)) return known;
                using var command = Command(file, "SELECT feature, label FROM remarks WHERE weights = $weights AND label IS NOT NULL", ("$weights", weights));
                using var rows = command.ExecuteReader();
                var labels = new Dictionary<int, string>();
                while (rows.Read()) labels[rows.GetInt32(0)] = rows.GetString(1);
                return _labels[weights] = labels;
            });
        }
    }

    /// <summary>What was written about one feature; null where nothing was.</summary>
    public Remark? Find(LoadedSae sae, int feature) => Read("WHERE weights = $weights AND feature = $feature", ("$weights", sae.WeightsSha256), ("$feature", feature)) is [var found] ? found.Remark with { Sae = sae.Name } : null;

    /// <summary>Everything, or everything about one SAE, with the SHA-256 of the weights; the newest first.</summary>
    public IReadOnlyList<(Remark Remark, string Weights)> All(LoadedSae? sae) => sae is null
        ? Read("ORDER BY changed DESC, feature")
        : Read("WHERE weights = $weights ORDER BY changed DESC, feature", ("$weights", sae.WeightsSha256));

    /// <summary>Writes what <paramref name="request"/> changes; a remark that says nothing any more is removed.</summary>
    public void Write(LoadedSae sae, int feature, LabelRequest request)
    {
        string? Text(string? text, int longest, string name) => text is null || text.Trim().Length <= longest ? text?.Trim()
            : throw OptionException.Invalid($"{name} has {text.Trim().Length} characters, expected at most {longest}.", "Shorten it; a note may be longer than a name.");
        var (label, note) = (Text(request.Label, LabelRequest.LongestLabel, "--label"), Text(request.Note, LabelRequest.LongestNote, "--note"));
        lock (_lock)
        {
            var file = Open(make: true)!;
            Asked(() =>
            {
                using var change = Command(file, """
                    INSERT INTO remarks (weights, sae, feature, label, note, bookmarked, changed) VALUES ($weights, $sae, $feature, nullif($label, ''), nullif($note, ''), $bookmark = 1, $now)
                    ON CONFLICT (weights, feature) DO UPDATE SET sae = $sae, changed = $now,
                        label = CASE WHEN $label IS NULL THEN label ELSE nullif($label, '') END, note = CASE WHEN $note IS NULL THEN note ELSE nullif($note, '') END,
                        bookmarked = CASE $bookmark WHEN 0 THEN bookmarked ELSE $bookmark = 1 END;
                    DELETE FROM remarks WHERE label IS NULL AND note IS NULL AND NOT bookmarked;
                    """,
                    ("$weights", sae.WeightsSha256), ("$sae", sae.Name), ("$feature", feature), ("$label", label), ("$note", note),
                    ("$bookmark", request.Bookmark switch { BookmarkChange.Set => 1, BookmarkChange.Remove => 2, _ => 0 }), ("$now", DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture)));
                using var whole = file.BeginTransaction();
                change.Transaction = whole;
                change.ExecuteNonQuery();
                whole.Commit();
                _labels.Clear();
                return 0;
            });
        }
    }

    public void Dispose()
    {
        if (_connection is not { } open) return;
        SqliteConnection.ClearPool(open);
        open.Dispose();
    }

    private List<(Remark Remark, string Weights)> Read(string rest, params (string, object?)[] parameters)
    {
        lock (_lock)
        {
            if (Open(make: false) is not { } file) return [];
            return Asked(() =>
            {
                using var command = Command(file, $"SELECT {Columns} FROM remarks {rest}", parameters);
                using var rows = command.ExecuteReader();
                var found = new List<(Remark, string)>();
                while (rows.Read())
                    found.Add((new(rows.GetString(0), rows.GetInt32(1), rows.IsDBNull(2) ? null : rows.GetString(2), rows.IsDBNull(3) ? null : rows.GetString(3), rows.GetBoolean(4),
                        DateTime.Parse(rows.GetString(5), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)), rows.GetString(6)));
                return found;
            });
        }
    }

    /// <summary>Forgets what was read before another process wrote.</summary>
    private void Refresh(SqliteConnection file)
    {
        using var command = Command(file, "PRAGMA data_version");
        var version = (long)command.ExecuteScalar()!;
        if (version != _seen) _labels.Clear();
        _seen = version;
    }

    private SqliteConnection? Open(bool make)
    {
        if (_connection is not null) return _connection;
        if (!make && !File.Exists(path)) return null;
        return Asked(() =>
        {
            if (make) Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var file = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
            try
            {
                file.Open();
                using var version = Command(file, "PRAGMA user_version");
                var layout = (long)version.ExecuteScalar()!;
                if (layout > Layout) throw LabException.BrokenRemarks(path, $"it has layout {layout}, expected at most {Layout}");
                using var table = Command(file, $"""
                    CREATE TABLE IF NOT EXISTS remarks (weights TEXT NOT NULL, sae TEXT NOT NULL, feature INTEGER NOT NULL, label TEXT, note TEXT, bookmarked INTEGER NOT NULL, changed TEXT NOT NULL, PRIMARY KEY (weights, feature)) WITHOUT ROWID;
                    PRAGMA user_version = {Layout};
                    """);
                if (layout < Layout) table.ExecuteNonQuery();
                return _connection = file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        });
    }

    private T Asked<T>(Func<T> question)
    {
        try
        {
            return question();
        }
        catch (Exception error) when (error is SqliteException or FormatException or InvalidCastException)
        {
            throw LabException.BrokenRemarks(path, error.Message.TrimEnd('.'));
        }
    }

    private static SqliteCommand Command(SqliteConnection file, string text, params (string Name, object? Value)[] parameters)
    {
        var command = file.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
