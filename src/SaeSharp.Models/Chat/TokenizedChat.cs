using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Models.Chat;

/// <summary>A conversation as tokens.</summary>
/// <param name="Text">The text they spell.</param>
/// <param name="Tokens">Ids, spellings and places in the text.</param>
/// <param name="IsTemplate">Whether every character of a token comes from the template; a token that joins both sides counts as the conversation's.</param>
public sealed record TokenizedChat(string Text, TokenizedText Tokens, IReadOnlyList<bool> IsTemplate);
