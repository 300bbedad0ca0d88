using System.Globalization;
using SaeSharp.Lab.Labelling.Storage;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Labelling;

/// <summary>Named lists of features: shows and changes them.</summary>
internal sealed class FeatureLists(Shelves shelves, PeopleDatabase people, FeatureLabels labels)
{
    public ListsResult Of(ListRequest request)
    {
        if (request.Name is null)
        {
            if (request.Changes) throw OptionException.Invalid("A list was to be changed, but none was named.", "Give its name: sae list NAME --add SAE:N.");
            return new([.. people.Read([], Heads).OrderBy(list => list.Name, StringComparer.Ordinal)]);
        }
        var name = Name(request.Name);
        if (request.Changes) name = Change(name, request);
        if (request.Delete) return new([]);
        var (list, entries) = people.Read<(FeatureList?, List<Entry>)>((null, []), statements => (Head(statements, name), Entries(statements, name)));
        if (list is null) throw people.Read(Missing(name, []), statements => Missing(name, Heads(statements)));
        return new([list with { Features = Here(entries) }]);
    }

    /// <summary>Does all that is asked for, or nothing; gives the name that the list has then.</summary>
    private string Change(string name, ListRequest request)
    {
        Entry[] added = [.. request.Add.Select(Find)], removed = [.. request.Remove.Select(Find)];
        var renamed = request.Rename is { } other ? Name(other) : null;
        if (request.At is { } place) OptionException.InRange(place, 1, ListRequest.MostFeatures, "--at");
        return people.Write(statements =>
        {
            if (Head(statements, name) is null)
            {
                if (!request.Make && added.Length == 0) throw Missing(name, Heads(statements));
                if (Heads(statements).Count >= ListRequest.MostLists) throw OptionException.Invalid($"There are {ListRequest.MostLists} lists, expected fewer before another is made.", "Delete one: sae list NAME --delete.");
                statements.Do("INSERT INTO lists (name, changed) VALUES (@name, @now)", ("@name", name), ("@now", PeopleDatabase.Now));
            }
            if (request.Delete)
            {
                statements.Do("DELETE FROM listed WHERE list = @name", ("@name", name));
                statements.Do("DELETE FROM lists WHERE name = @name", ("@name", name));
                return name;
            }
            if (added.Length + removed.Length > 0) Order(statements, name, added, removed, request.At);
            statements.Do("UPDATE lists SET changed = @now WHERE name = @name", ("@name", name), ("@now", PeopleDatabase.Now));
            if (renamed is null || renamed == name) return name;
            if (Head(statements, renamed) is not null) throw OptionException.Invalid($"There is a list '{renamed}' already.", "Choose another name.");
            statements.Do("UPDATE lists SET name = @new WHERE name = @name", ("@name", name), ("@new", renamed));
            statements.Do("UPDATE listed SET list = @new WHERE list = @name", ("@name", name), ("@new", renamed));
            return renamed;
        });
    }

    private static void Order(Statements statements, string name, Entry[] added, Entry[] removed, int? at)
    {
        var before = Entries(statements, name);
        var after = before.Where(entry => !removed.Any(entry.Is) && (at is null || !added.Any(entry.Is))).ToList();
        after.InsertRange(Math.Min(at - 1 ?? after.Count, after.Count), added.DistinctBy(entry => (entry.Weights, entry.Feature)).Where(entry => !after.Any(entry.Is)));
        if (after.Count > ListRequest.MostFeatures) throw OptionException.Invalid($"The list would have {after.Count} features, expected at most {ListRequest.MostFeatures}.", "Make another list.");
        foreach (var entry in before.Where(entry => !after.Any(entry.Is)))
            statements.Do("DELETE FROM listed WHERE list = @list AND weights = @weights AND feature = @feature", ("@list", name), ("@weights", entry.Weights), ("@feature", entry.Feature));
        foreach (var (i, entry) in after.Index())
        {
            if (i < before.Count && before[i].Is(entry)) continue; // it stands there already
            statements.Do(
                """
                INSERT INTO listed (list, weights, sae, feature, place) VALUES (@list, @weights, @sae, @feature, @place)
                ON CONFLICT (list, weights, feature) DO UPDATE SET place = excluded.place
                """,
                ("@list", name), ("@weights", entry.Weights), ("@sae", entry.Sae), ("@feature", entry.Feature), ("@place", i));
        }
    }

    private static List<FeatureList> Heads(Statements statements) => statements.Rows("SELECT name, changed, (SELECT count(*) FROM listed WHERE list = name) FROM lists",
        row => new FeatureList(row.GetString(0), Time(row.GetString(1)), Convert.ToInt32(row.GetValue(2), CultureInfo.InvariantCulture), []));

    private static FeatureList? Head(Statements statements, string name) => statements.Rows("SELECT name, changed, (SELECT count(*) FROM listed WHERE list = name) FROM lists WHERE name = @name",
        row => new FeatureList(row.GetString(0), Time(row.GetString(1)), Convert.ToInt32(row.GetValue(2), CultureInfo.InvariantCulture), []), ("@name", name)).FirstOrDefault();

    private static List<Entry> Entries(Statements statements, string name) => statements.Rows("SELECT weights, sae, feature FROM listed WHERE list = @name ORDER BY place",
        row => new Entry(row.GetString(0), row.GetString(1), row.GetInt32(2)), ("@name", name));

    private Entry Find(string text)
    {
        var (sae, feature) = shelves.Feature(text);
        return new(sae.WeightsSha256, sae.Name, feature);
    }

    /// <summary>Entries under the names that their weights have in the workspace now.</summary>
    private List<ListedFeature> Here(List<Entry> entries)
    {
        var here = shelves.SaesByWeights();
        var lookups = new Dictionary<string, Func<int, string?>>(StringComparer.Ordinal);
        return [.. entries.Select(entry =>
        {
            if (!here.TryGetValue(entry.Weights, out var sae)) return new ListedFeature(entry.Sae, entry.Feature, null, IsHere: false);
            if (!lookups.TryGetValue(entry.Weights, out var label)) lookups[entry.Weights] = label = labels.Lookup(sae);
            return new ListedFeature(sae.Name, entry.Feature, label(entry.Feature), IsHere: true);
        })];
    }

    private static OptionException Missing(string name, IEnumerable<FeatureList> lists) => OptionException.Invalid($"There is no list '{name}'.",
        Spelling.Closest(name, [.. lists.Select(list => list.Name)]) is { } similar ? $"Did you mean '{similar}'?" : "Make it with sae list NAME --make, or by adding a feature: --add SAE:N.");

    private static string Name(string name) => name.Trim() is { Length: > 0 and <= ListRequest.LongestName } trimmed && !trimmed.Any(char.IsControl) ? trimmed
        : throw OptionException.Invalid($"The name of a list has {name.Trim().Length} characters, expected 1 to {ListRequest.LongestName}, none of them a control character.", "Give a short name on one line.");

    private static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    private sealed record Entry(string Weights, string Sae, int Feature)
    {
        public bool Is(Entry other) => Weights == other.Weights && Feature == other.Feature;
    }
}
