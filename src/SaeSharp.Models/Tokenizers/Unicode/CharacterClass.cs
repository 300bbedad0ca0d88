namespace SaeSharp.Models.Tokenizers.Unicode;

/// <summary>\p{L}, \p{N}, \s and what is none of them.</summary>
internal enum CharacterClass : byte
{
    Other,
    Letter,
    Number,
    Space,
}
