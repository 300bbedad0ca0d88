using System.Data.Common;
using System.Globalization;
using SaeSharp.Lab.Labelling.Storage;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Labelling;

/// <summary>What people write about features. Safe for several threads and processes.</summary>
/// <remarks>
/// A remark belongs to weights (their SHA-256), not to a name: it stays when an SAE is moved, and does not stick to another SAE that takes the name.
/// </remarks>
internal sealed class RemarkBook(PeopleDatabase people) : LabelSource
{
    private const string Columns = "SELECT sae, feature, label, note, bookmarked, changed, weights FROM remarks";

    private static readonly Dictionary<int, string> None = [];
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IReadOnlyDictionary<int, string>> _labels = [];
    private long _seen = -1;

    public override LabelOrigin Origin => LabelOrigin.Human;

    public override IReadOnlyDictionary<int, string> Of(LoadedSae sae)
    {
        var weights = sae.WeightsSha256;
        return people.Read<IReadOnlyDictionary<int, string>>(None, statements =>
        {
            lock (_lock)
            {
                var revision = PeopleDatabase.Revision(statements);
                if (revision != _seen) _labels.Clear(); // somebody wrote, here or elsewhere
                _seen = revision;
                if (_labels.TryGetValue(weights, out var known)) return known;
                var rows = statements.Rows("SELECT feature, label FROM remarks WHERE weights = @weights AND label IS NOT NULL", row => (Feature: row.GetInt32(0), Label: row.GetString(1)), ("@weights", weights));
                return _labels[weights] = rows.ToDictionary(row => row.Feature, row => row.Label);
            }
        });
    }

    /// <summary>What was written about one feature; null where nothing was.</summary>
    public Remark? Find(LoadedSae sae, int feature) => people.Read<Remark?>(null, statements =>
        statements.Rows($"{Columns} WHERE weights = @weights AND feature = @feature", Entry, ("@weights", sae.WeightsSha256), ("@feature", feature)) is [var found] ? found.Remark with { Sae = sae.Name } : null);

    /// <summary>Everything, or everything about one SAE, with the SHA-256 of the weights; the newest first.</summary>
    public IReadOnlyList<(Remark Remark, string Weights)> All(LoadedSae? sae) => people.Read<IReadOnlyList<(Remark, string)>>([], statements => sae is null
        ? statements.Rows($"{Columns} ORDER BY changed DESC, feature", Entry)
        : statements.Rows($"{Columns} WHERE weights = @weights ORDER BY changed DESC, feature", Entry, ("@weights", sae.WeightsSha256)));

    /// <summary>Writes what <paramref name="request"/> changes; a remark that says nothing any more is removed.</summary>
    public void Write(LoadedSae sae, int feature, LabelRequest request)
    {
        string? Text(string? text, int longest, string name) => text is null || text.Trim().Length <= longest ? text?.Trim()
            : throw OptionException.Invalid($"{name} has {text.Trim().Length} characters, expected at most {longest}.", "Shorten it; a note may be longer than a name.");
        var (label, note) = (Text(request.Label, LabelRequest.LongestLabel, "--label"), Text(request.Note, LabelRequest.LongestNote, "--note"));
        people.Write(statements =>
        {
            statements.Do(
                """
                INSERT INTO remarks (weights, sae, feature, label, note, bookmarked, changed)
                VALUES (@weights, @sae, @feature, nullif(CAST(@label AS text), ''), nullif(CAST(@note AS text), ''), CASE CAST(@bookmark AS integer) WHEN 1 THEN 1 ELSE 0 END, @now)
                ON CONFLICT (weights, feature) DO UPDATE SET sae = excluded.sae, changed = excluded.changed,
                    label = CASE WHEN CAST(@label AS text) IS NULL THEN remarks.label ELSE excluded.label END, note = CASE WHEN CAST(@note AS text) IS NULL THEN remarks.note ELSE excluded.note END,
                    bookmarked = CASE CAST(@bookmark AS integer) WHEN 0 THEN remarks.bookmarked ELSE excluded.bookmarked END
                """,
                ("@weights", sae.WeightsSha256), ("@sae", sae.Name), ("@feature", feature), ("@label", label), ("@note", note),
                ("@bookmark", request.Bookmark switch { BookmarkChange.Set => 1, BookmarkChange.Remove => 2, _ => 0 }), ("@now", PeopleDatabase.Now));
            return statements.Do("DELETE FROM remarks WHERE weights = @weights AND feature = @feature AND label IS NULL AND note IS NULL AND bookmarked = 0", ("@weights", sae.WeightsSha256), ("@feature", feature));
        });
    }

    private static (Remark Remark, string Weights) Entry(DbDataReader row) => (new(row.GetString(0), row.GetInt32(1), row.IsDBNull(2) ? null : row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3),
        row.GetInt32(4) != 0, DateTime.Parse(row.GetString(5), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)), row.GetString(6));
}
