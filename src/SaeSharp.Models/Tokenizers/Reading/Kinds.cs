using SaeSharp.Models.Tokenizers.Decoders;
using SaeSharp.Models.Tokenizers.Models;
using SaeSharp.Models.Tokenizers.Normalizers;
using SaeSharp.Models.Tokenizers.PostProcessors;
using SaeSharp.Models.Tokenizers.PreTokenizers;

namespace SaeSharp.Models.Tokenizers.Reading;

/// <summary>Every kind of component a tokenizer.json may ask for. A new kind is one file and one row here.</summary>
internal static class Kinds
{
    public static readonly KindTable<Normalizer> Normalizers = new()
    {
        { "BertNormalizer", BertNormalizer.Read },
        { "ByteLevel", ByteLevelNormalizer.Read },
        { "Lowercase", LowercaseNormalizer.Read },
        { "NFC", _ => new NormalForm(compatibility: false, composed: true) },
        { "NFD", _ => new NormalForm(compatibility: false, composed: false) },
        { "NFKC", _ => new NormalForm(compatibility: true, composed: true) },
        { "NFKD", _ => new NormalForm(compatibility: true, composed: false) },
        { "Nmt", _ => FilterNormalizer.Nmt },
        { "Precompiled", PrecompiledNormalizer.Read },
        { "Prepend", PrependNormalizer.Read },
        { "Replace", ReplaceNormalizer.Read },
        { "Sequence", SequenceNormalizer.Read },
        { "Strip", StripNormalizer.Read },
        { "StripAccents", _ => FilterNormalizer.Accents },
    };

    public static readonly KindTable<PreTokenizer> PreTokenizers = new()
    {
        { "BertPreTokenizer", WordsPreTokenizer.ReadBert },
        { "ByteLevel", ByteLevelPreTokenizer.Read },
        { "CharDelimiterSplit", ClassPreTokenizer.ReadCharDelimiter },
        { "Digits", ClassPreTokenizer.ReadDigits },
        { "FixedLength", FixedLengthPreTokenizer.Read },
        { "Metaspace", MetaspacePreTokenizer.Read },
        { "Punctuation", ClassPreTokenizer.ReadPunctuation },
        { "Sequence", SequencePreTokenizer.Read },
        { "Split", SplitPreTokenizer.Read },
        { "UnicodeScripts", ScriptsPreTokenizer.Read },
        { "Whitespace", WordsPreTokenizer.ReadWhitespace },
        { "WhitespaceSplit", ClassPreTokenizer.ReadWhitespaceSplit },
    };

    public static readonly KindTable<TokenModel> Models = new()
    {
        { "BPE", Bpe.Read },
        { "Unigram", Unigram.Read },
        { "WordLevel", WordLevel.Read },
        { "WordPiece", WordPiece.Read },
    };

    public static readonly KindTable<PostProcessor> PostProcessors = new()
    {
        { "BertProcessing", FramePostProcessor.ReadBert },
        { "ByteLevel", ByteLevelPostProcessor.Read },
        { "RobertaProcessing", FramePostProcessor.ReadRoberta },
        { "Sequence", SequencePostProcessor.Read },
        { "TemplateProcessing", TemplatePostProcessor.Read },
    };

    public static readonly KindTable<Decoder> Decoders = new()
    {
        { "BPEDecoder", BpeDecoder.Read },
        { "ByteFallback", ByteFallbackDecoder.Read },
        { "ByteLevel", ByteLevelDecoder.Read },
        { "CTC", CtcDecoder.Read },
        { "Fuse", FuseDecoder.Read },
        { "Metaspace", MetaspaceDecoder.Read },
        { "Replace", ReplaceDecoder.Read },
        { "Sequence", SequenceDecoder.Read },
        { "Strip", StripDecoder.Read },
        { "WordPiece", WordPieceDecoder.Read },
    };
}
