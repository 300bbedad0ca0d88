using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Hub;

/// <summary>What a revision of a repository holds.</summary>
public sealed record HubListing
{
    private HubListing(string commit, IReadOnlyList<HubFile> files, IReadOnlyList<string> refused, bool isPrivate) => (Commit, Files, Refused, IsPrivate) = (commit, files, refused, isPrivate);

    /// <summary>The commit the revision stands for now.</summary>
    public string Commit { get; }

    /// <summary>Its files in ordinal order.</summary>
    public IReadOnlyList<HubFile> Files { get; }

    /// <summary>Names that may not be written to a disk; such files are never fetched.</summary>
    public IReadOnlyList<string> Refused { get; }

    /// <summary>Whether only people with rights see the repository.</summary>
    public bool IsPrivate { get; }

    /// <summary>The file of that path, or null.</summary>
    public HubFile? Find(string path) => Files.FirstOrDefault(file => file.Path.Text == path);

    /// <summary>Reads the hub's answer; <paramref name="source"/> is what errors call it.</summary>
    internal static HubListing Parse(ReadOnlyMemory<byte> utf8, string source)
    {
        var root = StrictJson.Parse(utf8, source);
        if (Text(root, "sha") is not { } commit || !HubId.IsCommitName(commit)) throw FileException.Malformed(source, "sha", "it is no commit, expected 40 hexadecimal digits");
        var siblings = Property(root, "siblings");
        if (siblings.ValueKind != JsonValueKind.Array) throw FileException.Malformed(source, "siblings", "it is no list, expected the files of the repository");
        var files = new Dictionary<string, HubFile>(StringComparer.Ordinal);
        var refused = new List<string>();
        foreach (var sibling in siblings.EnumerateArray())
        {
            var name = Text(sibling, "rfilename") ?? throw FileException.Malformed(source, "siblings", "an entry has no rfilename");
            if (HubPath.TryParse(name) is { } path) files[name] = ReadFile(path, sibling);
            else refused.Add(name);
        }
        return new(commit, [.. files.Values.OrderBy(file => file.Path.Text, StringComparer.Ordinal)], refused, Property(root, "private").ValueKind == JsonValueKind.True);
    }

    private static HubFile ReadFile(HubPath path, JsonElement sibling)
    {
        var lfs = Property(sibling, "lfs");
        var size = Size(sibling) ?? Size(lfs);
        var checksum = Text(lfs, "sha256") ?? Text(lfs, "oid") ?? Text(sibling, "blobId");
        return new(path, size, ContentHash.IsKnown(checksum) ? checksum : null);
    }

    private static long? Size(JsonElement element) => Property(element, "size") is { ValueKind: JsonValueKind.Number } size && size.TryGetInt64(out var bytes) && bytes >= 0 ? bytes : null;

    private static string? Text(JsonElement element, string name) => Property(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement Property(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;
}
