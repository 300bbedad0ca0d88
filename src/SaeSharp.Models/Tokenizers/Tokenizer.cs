namespace SaeSharp.Models.Tokenizers;

/// <summary>Turns text into token ids and back, exactly as the tokenizer.json it was read from says.</summary>
public sealed class Tokenizer
{
    private Tokenizer() { }

    /// <summary>How many ids the tokenizer knows, added tokens included.</summary>
    public int VocabularySize => throw new NotImplementedException($"{this}");

    /// <summary>The id of the token that begins a text, where the files name one.</summary>
    public int? BosId => throw new NotImplementedException($"{this}");

    /// <summary>The id of the token that ends a text, where the files name one.</summary>
    public int? EosId => throw new NotImplementedException($"{this}");

    /// <summary>Reads a tokenizer.json, or a folder that holds one (or a GPT-2 style vocab.json and merges.txt).</summary>
    public static Tokenizer Load(string fileOrFolder) => throw new NotImplementedException(fileOrFolder);

    /// <summary>The tokens of <paramref name="text"/>, with those that the tokenizer puts around a text unless <paramref name="addSpecial"/> is false.</summary>
    public TokenizedText Encode(string text, bool addSpecial = true) => throw new NotImplementedException($"{this}{text}{addSpecial}");

    /// <summary>The text of <paramref name="ids"/>; unknown ids are left out, special tokens too unless <paramref name="skipSpecial"/> is false.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = true) => throw new NotImplementedException($"{this}{ids.Length}{skipSpecial}");

    /// <summary>Starts decoding token by token.</summary>
    public StreamDecoder StartStream(bool skipSpecial = true) => throw new NotImplementedException($"{this}{skipSpecial}");

    /// <summary>The token as the vocabulary spells it; empty for an id that it does not know.</summary>
    public string TokenText(int id) => throw new NotImplementedException($"{this}{id}");
}
