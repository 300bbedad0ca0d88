namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>A pattern cannot be read: what was expected instead. The reader of the file adds its name and the field.</summary>
internal sealed class PatternException(string expected) : Exception(expected)
{
    public string Expected => Message;
}
