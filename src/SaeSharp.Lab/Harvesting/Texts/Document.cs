namespace SaeSharp.Lab.Harvesting.Texts;

/// <summary>One document of a corpus: a text, or token ids that are taken as they are.</summary>
/// <param name="Text">The text; null where there are ids.</param>
/// <param name="Ids">The ids; null where there is a text.</param>
internal readonly record struct Document(string? Text, int[]? Ids = null);
