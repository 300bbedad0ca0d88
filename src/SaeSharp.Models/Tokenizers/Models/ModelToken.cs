namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>A token and the UTF-16 units of its piece that it covers; the tokens of one character's bytes all cover that character.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Start">The first unit.</param>
/// <param name="End">The unit after the last.</param>
/// <param name="IsSurface">Whether it is shown as the text it covers, not as the vocabulary spells it: an unknown token of Unigram.</param>
internal readonly record struct ModelToken(int Id, int Start, int End, bool IsSurface = false);
