namespace SaeSharp.Models.Tokenizers.Patterns;

/// <summary>Places of a text that a pattern may ask for.</summary>
internal enum PatternPlace { TextStart, TextEnd, BeforeLastNewline, LineStart, LineEnd, WordBoundary, NoWordBoundary }
