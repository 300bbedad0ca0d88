using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Indexing;

/// <summary>An index that keeps its posting lists, read back: the windows it was made over, and what fired where in them.</summary>
internal sealed class StoredPart
{
    private readonly long[] _fired;

    private StoredPart(IndexInfo info, long[] fired, IReadOnlyList<Window> windows) => (Info, _fired, Windows) = (info, fired, windows);

    public IndexInfo Info { get; }

    public IReadOnlyList<Window> Windows { get; }

    /// <summary>Firings of all features.</summary>
    public long Firings => _fired.Sum();

    /// <summary>Reads the windows and the counts.</summary>
    /// <exception cref="LabException">The index keeps no posting lists, or its files do not fit each other.</exception>
    public static async Task<StoredPart> Open(IndexInfo info)
    {
        if (!info.Postings || info.Settings is null) throw LabException.NoPostings(info.Name);
        foreach (var name in IndexFiles.Kept)
            if (ContentHash.OfFile(Path.Combine(info.Path, name)) is var sum && sum != info.Sums?.GetValueOrDefault(name)) throw LabException.BrokenIndex(info.Path, $"the SHA-256 of {name} is {sum}, expected {info.Sums?.GetValueOrDefault(name) ?? "one in index.json"}");
        using var index = new FeatureIndex(info);
        var part = new StoredPart(info, index.Statistics.Fired, await ReadWindows(info).ConfigureAwait(false));
        var counted = part.Windows.Sum(window => (long)window.Kept.Length);
        return counted == info.Tokens ? part : throw LabException.BrokenIndex(info.Path, $"{IndexFiles.Corpus} counts {counted} tokens, expected {info.Tokens}");
    }

    /// <summary>Hands every firing on, feature by feature and in each in the order of the corpus.</summary>
    /// <param name="places">Where this part's windows stand among others.</param>
    /// <param name="firstWindow">Number of its first window there.</param>
    /// <param name="take">Takes feature, token and value.</param>
    /// <param name="cancel">Stops.</param>
    public async Task Read(TokenPlaces places, int firstWindow, Action<int, int, float> take, CancellationToken cancel)
    {
        var path = Path.Combine(Info.Path, IndexFiles.Postings);
        var file = await ParquetColumns.Open(path).ConfigureAwait(false);
        await using var _ = file.ConfigureAwait(false);
        var (last, lastToken, seen) = (0, -1, 0L);
        var found = new long[Info.DSae];
        for (var group = 0; group < file.Groups; group++)
        {
            cancel.ThrowIfCancellationRequested();
            var (features, windows, positions, values) = await file.Read(group, async rows => (
                await rows.Of<int>("feature").ConfigureAwait(false), await rows.Of<int>("window").ConfigureAwait(false),
                await rows.Of<int>("position").ConfigureAwait(false), await rows.Of<float>("value").ConfigureAwait(false))).ConfigureAwait(false);
            for (var i = 0; i < features.Length; i++, seen++)
            {
                var (feature, window, value) = (features[i], windows[i], values[i]);
                var token = (uint)window < (uint)Windows.Count ? places.TokenAt(firstWindow + window, positions[i]) : -1;
                if (feature != last) lastToken = -1;
                if ((uint)feature >= (uint)Info.DSae || feature < last || token <= lastToken || !(value > 0) || !float.IsFinite(value))
                    throw FileException.Malformed(path, $"row {seen}", $"feature {feature} has the value {value} at position {positions[i]} of window {window}, expected features and counted places in rising order and finite values above 0");
                take(feature, token, value);
                (last, lastToken) = (feature, token);
                found[feature]++;
            }
        }
        for (var feature = 0; feature < found.Length; feature++)
            if (found[feature] != _fired[feature]) throw LabException.BrokenIndex(Info.Path, $"{IndexFiles.Postings} has {found[feature]} firings of feature {feature}, expected {_fired[feature]}");
    }

    private static async Task<List<Window>> ReadWindows(IndexInfo info)
    {
        var path = Path.Combine(info.Path, IndexFiles.Corpus);
        var file = await ParquetColumns.Open(path).ConfigureAwait(false);
        await using var _ = file.ConfigureAwait(false);
        var (reader, windows, row) = (new WindowRows(), new List<Window>(), 0L);
        for (var group = 0; group < file.Groups; group++)
        {
            var (numbers, documents, positions, ids, counted) = await file.Read(group, async rows => (
                await rows.Of<int>("window").ConfigureAwait(false), await rows.Of<long>("document").ConfigureAwait(false), await rows.Of<int>("position").ConfigureAwait(false),
                await rows.Of<int>("id").ConfigureAwait(false), await rows.Of<bool>("counted").ConfigureAwait(false))).ConfigureAwait(false);
            for (var i = 0; i < numbers.Length; i++, row++)
                if (!reader.Add(numbers[i], documents[i], positions[i], ids[i], counted[i], windows))
                    throw FileException.Malformed(path, $"row {row}", $"it is position {positions[i]} of window {numbers[i]}, document {documents[i]}, id {ids[i]}, expected the next token");
        }
        reader.Close(windows);
        return windows;
    }
}
