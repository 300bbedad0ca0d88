using System.Text.RegularExpressions;
using SaeSharp.Models.Hub;

namespace SaeSharp.Lab.Publishing;

/// <summary>The Parquet files of a data set's split, found by their names as the hub finds them: <c>data/train-00000-of-00002.parquet</c>, <c>config/train/0000.parquet</c>.</summary>
internal static class DatasetFiles
{
    /// <summary>Where the hub keeps Parquet copies of data sets in other formats.</summary>
    public const string Converted = "refs/convert/parquet";

    private const string Usual = "train";

    /// <summary>Whether there is a Parquet file at all.</summary>
    public static bool HasParquet(HubListing listing) => listing.Files.Any(IsParquet);

    public static PullPlan Of(HubId id, HubListing listing, string? split)
    {
        HubFile[] all = [.. listing.Files.Where(IsParquet)];
        if (all.Length == 0) throw HubException.NothingToFetch(id, "Parquet file", listing.Files.Select(file => file.Path.Text));
        var chosen = all.Where(file => IsOf(file, split ?? Usual)).ToArray();
        if (chosen.Length == 0 && split is not null) throw HubException.NothingToFetch(id, $"Parquet file of a split '{split}'", all.Select(file => file.Path.Text));
        if (chosen.Length == 0) chosen = all;
        string[] configs = [.. chosen.Select(file => file.Path.Folder.Split('/')[0]).Distinct()];
        return configs.Length == 1
            ? new(PulledKind.Dataset, [], chosen)
            : throw LabException.Several($"{id.Repository} has that split in {configs.Length} configurations", configs, $"Choose one with --files '{configs[0]}/*'.");
    }

    private static bool IsParquet(HubFile file) => file.Path.Text.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);

    /// <summary>The split's name stands alone between signs.</summary>
    private static bool IsOf(HubFile file, string split) => Regex.IsMatch(file.Path.Text, $"(?:^|[/._-]){Regex.Escape(split)}(?:[/._-]|$)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
}
