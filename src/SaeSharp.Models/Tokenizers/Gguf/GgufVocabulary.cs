using SaeSharp.Models.Checkpoints.Gguf;
using SaeSharp.Models.Tokenizers.AddedTokens;
using SaeSharp.Models.Tokenizers.PostProcessors;
using SaeSharp.Models.Tokenizers.SentencePiece;

namespace SaeSharp.Models.Tokenizers.Gguf;

/// <summary>What all tokenizers of GGUF files have: tokens with their kinds, and which of them stand around a text.</summary>
internal sealed class GgufVocabulary
{
    private const string TokensKey = "tokenizer.ggml.tokens", KindsKey = "tokenizer.ggml.token_type";
    private const string BeginKey = "tokenizer.ggml.bos_token_id", EndKey = "tokenizer.ggml.eos_token_id", AddBeginKey = "tokenizer.ggml.add_bos_token", AddEndKey = "tokenizer.ggml.add_eos_token";

    private readonly GgufMetadata _file;
    private readonly int? _begin, _end;
    private readonly bool _hasKinds;

    /// <param name="file">The metadata.</param>
    /// <param name="begin">The id that begins a text where the file does not say, if that is a control token; null for none.</param>
    /// <param name="end">The id that ends one.</param>
    public GgufVocabulary(GgufMetadata file, int? begin = null, int? end = null)
    {
        _file = file;
        Tokens = file.OptionalTexts(TokensKey) is { Length: > 0 } tokens ? tokens : throw FileException.Malformed(file.Path, TokensKey, "there are none, expected the tokens by id");
        var kinds = Parallel(KindsKey, file.OptionalIntegers(KindsKey));
        _hasKinds = kinds is not null;
        Kinds = [.. Enumerable.Range(0, Tokens.Length).Select(id => Kind(id, kinds?[id] ?? (int)PieceKind.Normal))];
        (_begin, _end) = (IdAt(BeginKey, begin), IdAt(EndKey, end));
    }

    public string[] Tokens { get; }

    /// <summary>Of each token, what it is for.</summary>
    public PieceKind[] Kinds { get; }

    public string? Begin => _begin is { } id ? Tokens[id] : null;

    public string? End => _end is { } id ? Tokens[id] : null;

    /// <summary>A list with one value for each token; null where the file has none.</summary>
    public T[]? Parallel<T>(string key, T[]? values) => values is null || values.Length == Tokens.Length ? values
        : throw FileException.Malformed(_file.Path, key, $"it has {values.Length} values, expected one for each of {Tokens.Length} tokens");

    /// <summary>The tokens that are found in a text before anything else.</summary>
    /// <param name="kinds">Of which kinds.</param>
    public AddedToken[] Added(params IReadOnlyList<PieceKind> kinds)
    {
        int?[] ends = _hasKinds ? [] : [_begin, _end];
        return [.. Enumerable.Range(0, Tokens.Length).Where(id => kinds.Contains(Kinds[id]) || ends.Contains(id)).Select(id => new AddedToken(Tokens[id]) { Special = Kinds[id] != PieceKind.UserDefined })];
    }

    /// <summary>Puts the tokens around a text that the file asks for.</summary>
    /// <param name="addsBegin">Whether one begins it where the file does not say.</param>
    public TemplatePostProcessor? Around(bool addsBegin)
    {
        var before = Special(AddBeginKey, addsBegin, _begin);
        var after = Special(AddEndKey, otherwise: false, _end);
        if (before.Length + after.Length == 0) return null;
        return new(
            [.. before, new TemplatePostProcessor.Part.Sequence(0, 0), .. after],
            [.. before, new TemplatePostProcessor.Part.Sequence(0, 0), .. after, .. before, new TemplatePostProcessor.Part.Sequence(1, 1), .. after]);
    }

    private TemplatePostProcessor.Part.Special[] Special(string key, bool otherwise, int? token)
    {
        var asked = _file.OptionalFlag(key);
        if (!(asked ?? otherwise)) return [];
        if (token is { } id) return [new([(id, Tokens[id])], 0)];
        return asked is null ? [] : throw FileException.Malformed(_file.Path, key, "it is true, but the file does not say which token that is");
    }

    private int? IdAt(string key, int? otherwise)
    {
        if (_file.OptionalCount(key) is not { } id) return otherwise is { } usual && usual < Tokens.Length && Kinds[usual] == PieceKind.Control ? usual : null;
        return id < Tokens.Length ? id : throw FileException.Malformed(_file.Path, key, $"it is {id}, expected one of {Tokens.Length} tokens");
    }

    private PieceKind Kind(int id, int number)
    {
        if (number == 0) return PieceKind.Normal; // llama.cpp's "undefined"
        return Enum.IsDefined((PieceKind)number) ? (PieceKind)number : throw FileException.Malformed(_file.Path, KindsKey, $"token {id} is of kind {number}, expected 0 to 6");
    }
}
