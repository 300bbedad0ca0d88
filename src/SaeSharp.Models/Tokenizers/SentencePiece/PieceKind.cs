namespace SaeSharp.Models.Tokenizers.SentencePiece;

/// <summary>What a piece is for; the numbers are those of the file.</summary>
internal enum PieceKind
{
    Normal = 1,

    /// <summary>Stands for what no piece spells. There is exactly one.</summary>
    Unknown = 2,

    /// <summary>Never found in a text, and invisible when decoded: the start and end of a text.</summary>
    Control = 3,

    /// <summary>Found in a text before anything else.</summary>
    UserDefined = 4,

    /// <summary>Takes part in merges, but is taken apart again.</summary>
    Unused = 5,

    /// <summary>One byte of a character that no piece spells.</summary>
    Byte = 6,
}
