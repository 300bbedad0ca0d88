using SaeSharp.Models.Hub;

namespace SaeSharp.Lab.Library;

/// <summary>An SAE in a repository: <c>owner/name[@revision][/folder]</c>. A revision with slashes is <c>refs/pr/1</c> or the like; others end at the next one.</summary>
/// <param name="Id">The repository.</param>
/// <param name="Folder">Its folder there; empty for the top.</param>
internal sealed record SaeAddress(HubId Id, string Folder)
{
    private const int RefParts = 3;

    /// <summary>The address; null where the text is none.</summary>
    public static SaeAddress? TryParse(string text)
    {
        var parts = text.Split('/');
        if (parts.Length < 2) return null;
        var idParts = parts[1].EndsWith("@refs", StringComparison.Ordinal) ? 1 + RefParts : 2;
        if (parts.Length < idParts || HubId.TryParse(string.Join('/', parts[..idParts])) is not { } id) return null;
        var folder = string.Join('/', parts[idParts..]);
        return folder.Length == 0 || HubPath.TryParse(folder) is not null ? new(id, folder) : null;
    }

    public override string ToString() => Folder.Length == 0 ? Id.ToString() : $"{Id}/{Folder}";
}
