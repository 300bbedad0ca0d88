namespace SaeSharp.Lab.Indexing;

/// <summary>What one thread makes accounts with, feature after feature.</summary>
internal sealed class AccountScratch(TokenPlaces places)
{
    public TokenProfile Profile { get; } = new(places);

    public FiringMarks Marks { get; } = new(places.Ids.Length);
}
