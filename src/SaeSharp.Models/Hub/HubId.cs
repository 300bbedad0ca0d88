using System.Text.RegularExpressions;

namespace SaeSharp.Models.Hub;

/// <summary>A repository on the hub and one of its revisions, written <c>owner/name[@revision]</c>. An id, never a path: nothing in it can lead out of a folder.</summary>
/// <remarks>Old repositories have no owner (<c>gpt2</c>). Names follow the hub's own rules, letters and digits of ASCII only; <c>--</c> is not allowed in them, so that a cache folder belongs to one id.</remarks>
public sealed partial record HubId
{
    /// <summary>The revision when none is named.</summary>
    public const string MainRevision = "main";

    private const int MostNameLetters = 96, MostRevisionLetters = 255;

    private HubId(HubKind kind, string repository, string revision) => (Kind, Repository, Revision) = (kind, repository, revision);

    /// <summary>What the repository holds: models (SAEs are models to the hub) or a data set.</summary>
    public HubKind Kind { get; }

    /// <summary><c>owner/name</c>, or <c>name</c>.</summary>
    public string Repository { get; }

    /// <summary>A branch, a tag, <c>refs/pr/1</c> or a commit.</summary>
    public string Revision { get; }

    /// <summary>Whether the revision is a commit: 40 hexadecimal digits, which never change their meaning.</summary>
    public bool IsCommit => IsCommitName(Revision);

    /// <summary>Its folder in the cache: <c>models--owner--name</c>.</summary>
    internal string FolderName => $"{(Kind == HubKind.Dataset ? "datasets" : "models")}--{Repository.Replace("/", "--", StringComparison.Ordinal)}";

    /// <summary>The same repository at another revision.</summary>
    public HubId At(string revision) => IsRevision(revision) ? new(Kind, Repository, revision) : throw HubException.BadRevision(Repository, revision);

    /// <summary>Reads <c>owner/name[@revision]</c>.</summary>
    /// <exception cref="HubException">It is no id.</exception>
    public static HubId Parse(string text, HubKind kind = HubKind.Model) => TryParse(text, kind) ?? throw HubException.BadId(text);

    /// <summary>The id, or null where <paramref name="text"/> is none.</summary>
    public static HubId? TryParse(string? text, HubKind kind = HubKind.Model)
    {
        if (text is null || text.Length > 2 * MostNameLetters + MostRevisionLetters + 2) return null;
        var (repository, revision) = text.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, MainRevision);
        return IsRepository(repository) && IsRevision(revision) ? new(kind, repository, revision) : null;
    }

    public override string ToString() => Revision == MainRevision ? Repository : $"{Repository}@{Revision}";

    internal static bool IsCommitName(string text) => Commit().IsMatch(text);

    private static bool IsRepository(string text) => text.Split('/') is { Length: 1 or 2 } names && names.All(IsName);

    private static bool IsName(string name) => name.Length <= MostNameLetters && Name().IsMatch(name)
        && !name.Contains("--", StringComparison.Ordinal) && !name.Contains("..", StringComparison.Ordinal)
        && !name.EndsWith(".git", StringComparison.OrdinalIgnoreCase) && !name.EndsWith(".ipynb", StringComparison.OrdinalIgnoreCase);

    /// <summary>A revision is also the path of a file under <c>refs/</c>.</summary>
    private static bool IsRevision(string text) => text.Length <= MostRevisionLetters && Ref().IsMatch(text) && HubPath.TryParse(text) is not null
        && !text.Contains("..", StringComparison.Ordinal) && !text.EndsWith(".lock", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_./+-]*\z")]
    private static partial Regex Ref();

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    private static partial Regex Commit();
}
