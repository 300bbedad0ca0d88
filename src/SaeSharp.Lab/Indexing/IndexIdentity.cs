namespace SaeSharp.Lab.Indexing;

/// <summary>Whether indexes are of the same thing, so that they can be one.</summary>
internal static class IndexIdentity
{
    /// <summary>Throws unless both are of the same SAE and model, made in the same way, over different texts.</summary>
    /// <param name="first">One.</param>
    /// <param name="other">The other.</param>
    public static void RequireMergeable(IndexInfo first, IndexInfo other)
    {
        foreach (var (mine, theirs) in Facts(first).Zip(Facts(other)))
            if (mine.Value != theirs.Value) throw LabException.UnlikeIndexes(first.Name, other.Name, mine.Fact, mine.Value, theirs.Value);
        foreach (var part in first.Parts ?? [])
            if (other.Parts?.FirstOrDefault(candidate => candidate.Sha256 == part.Sha256) is { } again) throw LabException.SameTexts(first.Name, other.Name, again.Corpus);
    }

    /// <summary>What parts have in common once they are one.</summary>
    public static IndexInfo Join(IReadOnlyList<IndexInfo> parts, IReadOnlyList<Harvesting.Window> windows) => parts[0] with
    {
        Parts = [.. parts.SelectMany(part => part.Parts ?? [])], Tokens = parts.Sum(part => part.Tokens), Documents = windows[^1].Document + 1, Corpus = string.Join('\n', parts.Select(part => part.Corpus)),
        CorpusSha256 = Library.ContentHash.OfText(string.Join('\n', parts.SelectMany(part => part.Parts ?? []).Select(part => part.Sha256))), Made = DateTime.UtcNow, Postings = true, Layout = IndexFiles.Layout,
    };

    private static IEnumerable<(string Fact, string Value)> Facts(IndexInfo info) =>
    [
        ("the SAE's weights", info.SaeSha256), ("the model", info.ModelSha256), ("the hook", info.Hook), ("the number of features", $"{info.DSae}"), ("--context", $"{info.Context}"), .. info.Settings?.Named() ?? [],
    ];
}
