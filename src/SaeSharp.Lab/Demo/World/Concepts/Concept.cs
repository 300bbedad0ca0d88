namespace SaeSharp.Lab.Demo.World.Concepts;

/// <summary>One thing that a token can be an instance of, or be under the influence of.</summary>
/// <param name="Number">Its place in the table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Whether it belongs to the word itself or to what is going on.</param>
/// <param name="Parent">The concept that holds wherever this one does; null for none.</param>
/// <param name="Description">What it means.</param>
internal sealed record Concept(int Number, string Name, ConceptKind Kind, string? Parent, string Description);

/// <summary>What a concept belongs to.</summary>
public enum ConceptKind
{
    /// <summary>The word: every occurrence of it has the concept.</summary>
    Word,
    /// <summary>What is going on: it begins at the token that shows it and ends where its influence does.</summary>
    State,
}
