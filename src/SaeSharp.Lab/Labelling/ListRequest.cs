namespace SaeSharp.Lab.Labelling;

/// <summary>Keep features in named lists, in an order of your own; or show the lists. What is listed is kept for exactly these weights, under whatever name they lie.</summary>
public sealed record ListRequest
{
    /// <summary>Longest name of a list.</summary>
    public const int LongestName = 100;
    /// <summary>Most lists, and most features in one.</summary>
    public const int MostLists = 1000, MostFeatures = 10_000;

    /// <summary>Name of the list. Left out: all lists are shown.</summary>
    public string? Name { get; init; }
    /// <summary>Make the list, empty. Adding a feature makes it too.</summary>
    public bool Make { get; init; }
    /// <summary>A new name for the list.</summary>
    public string? Rename { get; init; }
    /// <summary>Features to put into the list, written SAE:N. Those that are in it already stay, or go to the place that is named.</summary>
    public IReadOnlyList<string> Add { get; init; } = [];
    /// <summary>Place of the first added feature, from 1; left out: the end.</summary>
    public int? At { get; init; }
    /// <summary>Features to take out of the list, written SAE:N.</summary>
    public IReadOnlyList<string> Remove { get; init; } = [];
    /// <summary>Delete the list.</summary>
    public bool Delete { get; init; }

    /// <summary>Whether anything is to be written.</summary>
    internal bool Changes => Make || Rename is not null || Add.Count > 0 || Remove.Count > 0 || Delete;
}

/// <summary>Lists of features.</summary>
/// <param name="Lists">By name; one where one was asked for, none where it was deleted.</param>
public sealed record ListsResult(IReadOnlyList<FeatureList> Lists);

/// <summary>A list of features.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Changed">When it was last changed, UTC.</param>
/// <param name="Count">How many features it has.</param>
/// <param name="Features">The features in its order, where one list was asked for; otherwise none.</param>
public sealed record FeatureList(string Name, DateTime Changed, int Count, IReadOnlyList<ListedFeature> Features)
{
    /// <summary>The list as a table with a line a feature.</summary>
    public string Csv() => string.Concat(Features.Select((feature, i) => $"{i + 1},{Quoted(feature.Sae)},{feature.Feature},{Quoted(feature.Label ?? "")}\n").Prepend("place,sae,feature,label\n"));

    /// <summary>A cell of a table. What a spreadsheet would take for a formula is led by an apostrophe, as spreadsheets write text.</summary>
    private static string Quoted(string text)
    {
        if (text.Length > 0 && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal)) text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}

/// <summary>A feature in a list.</summary>
/// <param name="Sae">Its SAE; the name that was used when it was added, where those weights are not in the workspace.</param>
/// <param name="Feature">Its index.</param>
/// <param name="Label">What it is called; null for no name, or where the SAE is not here.</param>
/// <param name="IsHere">Whether the SAE's weights are in the workspace.</param>
public sealed record ListedFeature(string Sae, int Feature, string? Label, bool IsHere);
