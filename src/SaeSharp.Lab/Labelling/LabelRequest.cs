namespace SaeSharp.Lab.Labelling;

/// <summary>Name a feature, write a note on it, bookmark it; or show what was written. It is kept for exactly these weights, under whatever name they lie.</summary>
public sealed record LabelRequest
{
    /// <summary>Longest name.</summary>
    public const int LongestLabel = 500;
    /// <summary>Longest note.</summary>
    public const int LongestNote = 20_000;

    /// <summary>SAE: a folder, a name in the workspace, or a published one that was fetched. Left out: everything that was written is listed.</summary>
    public string? Sae { get; init; }
    /// <summary>The feature's index, from 0. Left out: everything that was written about the SAE's features is listed.</summary>
    public int? Feature { get; init; }
    /// <summary>What the feature is called, up to 500 characters; an empty text removes the name, left out it stays.</summary>
    public string? Label { get; init; }
    /// <summary>What else is worth knowing, up to 20,000 characters; an empty text removes the note, left out it stays.</summary>
    public string? Note { get; init; }
    /// <summary>Whether the feature is bookmarked: keep, set or remove.</summary>
    public BookmarkChange Bookmark { get; init; }

    /// <summary>Whether anything is to be written.</summary>
    internal bool Changes => Label is not null || Note is not null || Bookmark != BookmarkChange.Keep;
}

/// <summary>What becomes of a bookmark.</summary>
public enum BookmarkChange
{
    /// <summary>It stays as it is.</summary>
    Keep,
    /// <summary>There is one.</summary>
    Set,
    /// <summary>There is none.</summary>
    Remove,
}

/// <summary>What people wrote about features.</summary>
/// <param name="Features">One entry a feature, the newest first; for one feature that nobody wrote about, an entry without anything.</param>
public sealed record LabelResult(IReadOnlyList<Remark> Features);

/// <summary>What people wrote about one feature.</summary>
/// <param name="Sae">Its SAE; the name that was used when it was written, where those weights are not in the workspace.</param>
/// <param name="Feature">Its index.</param>
/// <param name="Label">What it is called; null for no name.</param>
/// <param name="Note">The note; null for none.</param>
/// <param name="Bookmarked">Whether it is bookmarked.</param>
/// <param name="Changed">When something was last written, UTC; null where nothing was.</param>
public sealed record Remark(string Sae, int Feature, string? Label, string? Note, bool Bookmarked, DateTime? Changed);
