namespace SaeSharp.Lab;

/// <summary>One token of a text.</summary>
/// <param name="Position">Its place, from 0 at the first token (BOS where there is one).</param>
/// <param name="Id">Its id in the vocabulary.</param>
/// <param name="Text">Its text as a reader sees it in place; a byte that is no whole character shows as U+FFFD.</param>
/// <param name="IsSpecial">True for BOS, EOS and the like: not part of the text.</param>
/// <param name="IsTemplate">True for a token that a chat template wrote, and not a message.</param>
public sealed record TokenCell(int Position, int Id, string Text, bool IsSpecial, bool IsTemplate = false);
