namespace SaeSharp.Models.Chat.Syntax;

/// <summary>A word of a template.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Text">Its text; of a string literal, the string it means.</param>
/// <param name="Line">The line it begins on, from 1.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line)
{
    public bool Is(TokenKind kind, string text) => Kind == kind && Text == text;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "end of template",
        TokenKind.PrintEnd => "end of print statement",
        TokenKind.BlockEnd => "end of statement block",
        _ => Text,
    };
}

/// <summary>Kinds of words.</summary>
internal enum TokenKind { Data, PrintBegin, PrintEnd, BlockBegin, BlockEnd, Name, Text, Integer, Float, Operator, End }
