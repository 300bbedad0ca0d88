using System.Text;
using CsCheck;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Random texts: words the fixtures have merges for, spaces of many kinds, and any character at all.</summary>
internal static class Texts
{
    private static readonly Gen<string> Familiar = OneOf(
        "hello", "the", " the", "caf", "é", "and", " and the", "aaaa", "a", "ing", "12", "'s", "'ll", " ", "  ", "\n", "\n\n", ".", ",", "word", "wordless", "東京", "😀", "!");

    private static readonly Gen<string> AnyCharacter = Gen.OneOf(Gen.Int[0x20, 0x7e], Gen.Int[0, 0x2ff], Gen.Int[0x300, 0xd7ff], Gen.Int[0xe000, 0xffff], Gen.Int[0x10000, 0x10ffff])
        .Where(scalar => scalar != '▁' && scalar != '<')   // the mark of a space, and what special tokens begin with
        .Select(scalar => new Rune(scalar).ToString());

    /// <summary>Well-formed texts that spell no special token.</summary>
    public static readonly Gen<string> Plain = Gen.Frequency((3, Familiar), (1, AnyCharacter)).Array[0, 40].Select(string.Concat);

    /// <summary>Plain texts with special tokens between.</summary>
    public static readonly Gen<string> WithSpecials =
        Gen.Frequency((4, Plain), (1, OneOf("<|end|>", "<left>", " <left>", "<right> ", "<s>", "</s>", "<0x41>", "<unk>", "<|endoftext|>"))).Array[0, 6].Select(string.Concat);

    /// <summary>Any UTF-16 units, halves of surrogate pairs among them.</summary>
    public static readonly Gen<string> AnyUnits = Gen.Frequency((2, Gen.Char['a', 'z']), (2, Gen.Char['\ud7f0', '\ue010']), (1, Gen.Char)).Array[0, 30].Select(units => new string(units));

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);
}
