namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>A token and the UTF-16 units of its piece that it covers; the tokens of one character's bytes all cover that character.</summary>
internal readonly record struct ModelToken(int Id, int Start, int End);
