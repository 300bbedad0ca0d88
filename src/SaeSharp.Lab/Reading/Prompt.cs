using SaeSharp.Models.Chat;

namespace SaeSharp.Lab.Reading;

/// <summary>A prompt as a model reads it.</summary>
/// <param name="Ids">Its token ids, at least one.</param>
/// <param name="Chat">The conversation it was made of; null for a plain text or ids.</param>
internal sealed record Prompt(int[] Ids, TokenizedChat? Chat = null)
{
    /// <summary>The text that the chat template made; null for a plain prompt.</summary>
    public string? Text => Chat?.Text;

    /// <summary>Whether the token at <paramref name="position"/> was written by a chat template.</summary>
    public bool IsTemplate(int position) => Chat is not null && position < Chat.IsTemplate.Count && Chat.IsTemplate[position];
}
