using SaeSharp.Models.Tokenizers.AddedTokens;
using SaeSharp.Models.Tokenizers.Decoders;
using SaeSharp.Models.Tokenizers.Models;
using SaeSharp.Models.Tokenizers.PostProcessors;
using SaeSharp.Models.Tokenizers.PreTokenizers;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers;

/// <summary>Turns text into token ids and back, exactly as the tokenizer.json it was read from says. Safe to use from several threads.</summary>
/// <remarks>The steps, each a folder: added tokens are cut out, normalisers change the text, pre-tokenizers cut it, the model spells the pieces, the post-processor adds special tokens; decoders lead back.</remarks>
public sealed class Tokenizer
{
    private const int UnitsPerToken = 3;
    private readonly TokenModel model;
    private readonly TokenModel speller;   // the model in the form that spells the pieces
    private readonly AddedVocabulary added;
    private readonly PreTokenizer? preTokenizer;
    private readonly PostProcessor? postProcessor;
    private readonly Decoder decoder;
    private readonly Truncation? truncation;
    private readonly Padding? padding;
    private readonly int?[]? frame;   // special tokens around a text, which stands at null

    private Tokenizer(TokenizerFile file)
    {
        model = file.Model;
        added = new(file.Added, file.Model, file.Normalizer);
        (truncation, padding) = (file.Truncation, file.Padding);
        (preTokenizer, speller) = (file.PreTokenizer, file.Model);
        // Text need not be written in letters that stand for bytes where the model can read the bytes themselves.
        if (model is Bpe bpe && ByteLevelPreTokenizer.WithoutSpelling(preTokenizer) is { } cuts && bpe.OverBytes() is { } bytes) (preTokenizer, speller) = (cuts, bytes);
        (postProcessor, decoder) = (file.PostProcessor, file.Decoder ?? new SpacedDecoder());
        frame = FrameOf(postProcessor);
        (BosId, EosId) = (IdOf(file.Bos), IdOf(file.Eos));
    }

    /// <summary>How many ids the tokenizer knows, added tokens included.</summary>
    public int VocabularySize => model.Count + added.CountBeyondModel;

    /// <summary>The id of the token that begins a text, where the files name one.</summary>
    public int? BosId { get; }

    /// <summary>The id of the token that ends a text, where the files name one.</summary>
    public int? EosId { get; }

    /// <summary>Where the tokenizer of a model lies, for <see cref="Load"/>: in the folder, in the file of weights or beside it; null where it has none. A file that is no model's weights is taken for a tokenizer.</summary>
    /// <exception cref="FileException">There are several to choose from, or a file that decides it cannot be read.</exception>
    public static string? Find(string modelFolderOrFile) => TokenizerPlaces.Of(modelFolderOrFile);

    /// <summary>Reads a tokenizer.json, a sentencepiece .model, a .tiktoken rank file, a llama2.c tokenizer.bin, the tokenizer in a GGUF file, or a folder that holds one of them (or GPT-2's vocab.json and merges.txt).</summary>
    /// <exception cref="FileException">There is none, it is malformed, or it asks for a component that this program does not have.</exception>
    public static Tokenizer Load(string fileOrFolder) => new(TokenizerFile.Read(fileOrFolder));

    /// <summary>The tokens of <paramref name="text"/>. Half a surrogate pair counts as U+FFFD.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="addSpecial">Puts the tokens around it that the tokenizer has for a text.</param>
    /// <param name="specialsAsText">Reads the spelling of a special token in the text as text, not as that token: for text of unknown origin.</param>
    public TokenizedText Encode(string text, bool addSpecial = true, bool specialsAsText = false) =>
        EncodeBatch([text], addSpecial, specialsAsText)[0];

    /// <summary>The tokens of each of several texts, filled up to the longest of them where the file asks for that.</summary>
    /// <param name="texts">Any texts.</param>
    /// <param name="addSpecial">As for one text.</param>
    /// <param name="specialsAsText">As for one text.</param>
    public TokenizedText[] EncodeBatch(IReadOnlyList<string> texts, bool addSpecial = true, bool specialsAsText = false) =>
        [.. Pad([.. texts.Select(text => Finish([EncodeText(text, 0, specialsAsText)], addSpecial))]).Select(list => list.ToText())];

    /// <summary>The tokens of <paramref name="text"/>, in which only some places may spell special tokens.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="addSpecial">Puts the tokens around it that the tokenizer has for a text.</param>
    /// <param name="isLiteral">Whether the UTF-16 units from the first to the second number must not be read as a special token.</param>
    internal TokenizedText Encode(string text, bool addSpecial, Func<int, int, bool> isLiteral) =>
        Finish([EncodeText(text, 0, specialsAsText: false, isLiteral)], addSpecial).ToText();

    /// <summary>The ids of the whole of <paramref name="text"/>, several times faster than <see cref="Encode"/>: without places in the text, truncation or padding.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="addSpecial">As for <see cref="Encode"/>.</param>
    /// <param name="specialsAsText">As for <see cref="Encode"/>.</param>
    public int[] EncodeIds(string text, bool addSpecial = true, bool specialsAsText = false)
    {
        var ids = new List<int>(text.Length / UnitsPerToken);
        text = WellFormed.Of(text);
        if (!addSpecial || frame is null) AddIds(text, specialsAsText, ids);
        else
        {
            foreach (var part in frame)
            {
                if (part is { } special) ids.Add(special);
                else AddIds(text, specialsAsText, ids);
            }
        }
        return [.. ids];
    }

    /// <summary>The ids of each of several texts, on all cores.</summary>
    /// <param name="texts">Any texts.</param>
    /// <param name="addSpecial">As for <see cref="Encode"/>.</param>
    /// <param name="specialsAsText">As for <see cref="Encode"/>.</param>
    public int[][] EncodeIds(IReadOnlyList<string> texts, bool addSpecial = true, bool specialsAsText = false)
    {
        var ids = new int[texts.Count][];
        Parallel.For(0, texts.Count, i => ids[i] = EncodeIds(texts[i], addSpecial, specialsAsText));
        return ids;
    }

    /// <summary>The text of <paramref name="ids"/>. Unknown ids are left out, special tokens too unless <paramref name="skipSpecial"/> is false.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = true)
    {
        var stream = new StreamDecoder(this, decoder, skipSpecial, streaming: false);
        foreach (var id in ids) stream.Add(id);
        return stream.Flush();
    }

    /// <summary>Starts decoding token by token.</summary>
    public StreamDecoder StartStream(bool skipSpecial = true) => new(this, decoder, skipSpecial, streaming: true);

    /// <summary>The token as the vocabulary spells it; empty for an id that it does not know.</summary>
    public string TokenText(int id) => added.ContentOf(id) ?? model.TokenOf(id) ?? "";

    /// <summary>The tokens of a text, or of a pair of texts, put together as the post-processor says, with all that is known about them and what truncation cuts off.</summary>
    internal TokenList EncodeFully(string first, string? second = null, bool addSpecial = true)
    {
        var texts = new List<TokenList> { EncodeText(first, 0, specialsAsText: false) };
        if (second is not null) texts.Add(EncodeText(second, 1, specialsAsText: false));
        return Pad([Finish(texts, addSpecial, withOverflow: true)])[0];
    }

    /// <summary>Whether the token is one of the special ones, which decoding leaves out on request.</summary>
    public bool IsSpecial(int id) => added.ContentOf(id) is { } content && added.IsSpecial(content);

    /// <summary>The token's text before decoding, or null where it is to be left out.</summary>
    internal string? DecodedOf(int id, bool skipSpecial)
    {
        var token = added.DecodedOf(id) ?? model.TokenOf(id);
        return token is null || skipSpecial && added.IsSpecial(token) ? null : token;
    }

    private int? IdOf(string? token) => token is null ? null : added.IdOf(token) ?? model.IdOf(token);

    private static int?[]? FrameOf(PostProcessor? postProcessor)
    {
        if (postProcessor is null) return null;
        var text = new TokenList("");
        text.Add(0, "", (0, 0), 0);
        return [.. postProcessor.Process([text], addSpecial: true).SelectMany(part => part.Ids.Zip(part.IsInserted, (id, inserted) => inserted ? id : default(int?)))];
    }

    private TokenList Finish(List<TokenList> texts, bool addSpecial, bool withOverflow = false)
    {
        var whole = new TokenList(texts[0].Source);
        if (truncation is not null) texts = truncation.Apply(texts, addSpecial ? postProcessor?.CountAdded(texts.Count) ?? 0 : 0, withOverflow);
        foreach (var part in postProcessor?.Process(texts, addSpecial) ?? texts) whole.Append(part);
        return whole;
    }

    private TokenList[] Pad(TokenList[] batch) => padding is null || batch.Length == 0 ? batch : padding.Apply(batch);

    private void AddIds(string text, bool specialsAsText, List<int> ids)
    {
        var words = new List<Piece>();
        var tokens = new List<ModelToken>();
        foreach (var piece in added.Split(AlignedText.Of(text), specialsAsText))
        {
            if (piece.AddedId is { } id)
            {
                ids.Add(id);
                continue;
            }
            words.Clear();
            if (preTokenizer is null) words.Add(piece);
            else preTokenizer.Split(piece, words);
            foreach (var word in words)
            {
                if (speller is Bpe bpe)
                {
                    bpe.Tokenize(word.Span, ids);
                    continue;
                }
                tokens.Clear();
                speller.Tokenize(word.Span, tokens);
                ids.EnsureCapacity(ids.Count + tokens.Count);
                foreach (var token in tokens) ids.Add(token.Id);
            }
        }
    }

    private TokenList EncodeText(string text, int typeId, bool specialsAsText, Func<int, int, bool>? isLiteral = null)
    {
        text = WellFormed.Of(text);
        var encoding = new TokenList(text);
        var words = new List<Piece>();
        var tokens = new List<ModelToken>();
        foreach (var piece in added.Split(AlignedText.Of(text), specialsAsText, isLiteral))
        {
            if (piece.AddedId is { } id)
            {
                encoding.Add(id, piece.Span.ToString(), piece.Origin, typeId);
                continue;
            }
            words.Clear();
            if (preTokenizer is null) words.Add(piece);
            else preTokenizer.Split(piece, words);
            foreach (var word in words)
            {
                tokens.Clear();
                speller.Tokenize(word.Span, tokens);
                foreach (var token in tokens) encoding.Add(token.Id, token.IsSurface ? word.Span[token.Start..token.End].ToString() : model.TokenOf(token.Id)!, word.Text.OriginOf(word.Start + token.Start, word.Start + token.End), typeId);
            }
        }
        return encoding;
    }
}
