namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>Whose rules a pattern is read by, where they differ.</summary>
internal enum PatternSyntax
{
    /// <summary>Oniguruma's Ruby syntax, of tokenizer.json: <c>^</c> and <c>$</c> match at lines, <c>(?m)</c> lets the dot match a newline, <c>{n,m}+</c> repeats.</summary>
    Ruby,

    /// <summary>Rust's regex crates, of tiktoken: <c>^</c> and <c>$</c> match at the ends of the text unless <c>(?m)</c>, <c>(?s)</c> is for the dot, <c>{n,m}+</c> is possessive.</summary>
    Rust,
}
