namespace SaeSharp.Web.Learning;

/// <summary>A page that explains something.</summary>
/// <param name="Name">Its name in the address: <c>/learn/{name}</c>.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Summary">Its first paragraph, without markup.</param>
/// <param name="Parts">What follows the heading, in order.</param>
public sealed record LearnPage(string Name, string Title, string Summary, IReadOnlyList<LearnPart> Parts);

/// <summary>A part of a page.</summary>
public abstract record LearnPart
{
    private LearnPart() { }

    /// <summary>Text, as HTML of ours.</summary>
    public sealed record Prose(string Html) : LearnPart;

    /// <summary>Something to try.</summary>
    /// <param name="Piece">Its kind: read, feature, natural, contrast, steer, train, token or code.</param>
    /// <param name="Settings">What it begins with.</param>
    public sealed record Live(string Piece, IReadOnlyDictionary<string, string> Settings) : LearnPart;
}
