using System.Text.Json;
using System.Text.Json.Nodes;
using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>A tokenizer that cannot be read exactly is refused with its file and the field at fault; nothing is guessed.</summary>
public class Refusals
{
    /// <summary>Where our error stands at another field than the list says: where the fault shows, or where reading ends.</summary>
    private static readonly Dictionary<string, string> FaultShownAt = new()
    {
        ["malformed/template-absent-token.json"] = "post_processor.single[0].SpecialToken.id",
        ["malformed/top-level-array.json"] = "the top level",
        ["malformed/top-level-null.json"] = "the top level",
    };

    /// <summary>Read here where the reference refuses: a byte order mark does no harm, the old prefix flag has one meaning, and patterns are matched in linear time.</summary>
    private static readonly string[] ReadHere = ["malformed/bom-first.json", "malformed/metaspace-prefix-false.json", "malformed/catastrophic-regex.json", "malformed/catastrophic-normalizer.json"];

    private static readonly string[] MustLoad = ["vocab-gap.json", "vocab-id-4billion.json", "merge-duplicate.json", "added-id-gap.json", "added-id-conflict.json", "added-empty.json"];

    [Theory]
    [InlineData("model.type", "Unigramme", "'Unigramme', expected one of BPE, Unigram, WordLevel, WordPiece.")]
    [InlineData("pre_tokenizer.type", "ByteLevels", "'ByteLevels', expected one of BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, FixedLength, Metaspace, Punctuation, Sequence, Split, UnicodeScripts, Whitespace, WhitespaceSplit.")]
    [InlineData("post_processor.type", "Bytes", "'Bytes', expected one of BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing.")]
    [InlineData("decoder.type", "Fused", "'Fused', expected one of BPEDecoder, ByteFallback, ByteLevel, CTC, Fuse, Metaspace, Replace, Sequence, Strip, WordPiece.")]
    [InlineData("model.unk_token", "nothing", "\"nothing\", expected a token of the vocabulary.")]
    [InlineData("model.vocab", "none", "\"none\", expected an object.")]
    [InlineData("model.fuse_unk", "yes", "\"yes\", expected true or false.")]
    [InlineData("added_tokens", "none", "\"none\", expected a list.")]
    [InlineData("truncation", "on", "\"on\", expected an object.")]
    public void A_wrong_value_is_named_with_its_file_its_field_and_what_was_expected(string field, string value, string message)
    {
        var error = Assert.Throws<FileException>(() => Fixtures.LoadChanged("byte-level", json =>
        {
            var steps = field.Split('.');
            foreach (var step in steps[..^1]) json = json[step]!;
            json[steps[^1]] = value;
        }));
        Assert.EndsWith($"tokenizer.json: {field}: {message}", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Hint);
    }

    [Fact]
    public void A_kind_inside_a_sequence_is_named_with_its_place() =>
        Assert.Contains("normalizer.normalizers[1].type: 'Replay'", Assert.Throws<FileException>(() =>
            Fixtures.LoadChanged("byte-fallback", json => json["normalizer"]!["normalizers"]![1]!["type"] = "Replay")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_merge_of_unknown_tokens_is_refused() =>
        Assert.Contains("model.merges[0]", Assert.Throws<FileException>(() =>
            Fixtures.LoadChanged("byte-fallback", json => json["model"]!["merges"]![0] = "h zz")).Message, StringComparison.Ordinal);

    [Fact]
    public void Dropout_is_refused_because_it_would_make_tokens_random() =>
        Assert.Contains("model.dropout", Assert.Throws<FileException>(() => Fixtures.LoadChanged("byte-level", json => json["model"]!["dropout"] = 0.1)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_folder_without_a_tokenizer_says_what_it_lacks()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("expected tokenizer.json, tokenizer.model, vocab.json and merges.txt, or one .tiktoken", Assert.Throws<FileException>(() => Tokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_pattern_to_replace_is_refused_before_it_can_hang() =>
        Assert.Throws<FileException>(() => Fixtures.LoadChanged("byte-fallback", json => json["decoder"]!["decoders"]![0]!["pattern"]!["String"] = ""));

    public static TheoryData<string> MalformedFiles
    {
        get
        {
            if (!SharedFiles.Present) return ["(absent)"];
            return [.. Cases().Select(row => row.GetProperty("file").GetString()!)];
        }
    }

    /// <summary>Refused with its name and the field, or read as the reference reads it.</summary>
    [Theory, MemberData(nameof(MalformedFiles))]
    public void A_malformed_file_is_refused_by_name_or_read_like_the_reference(string file)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var row = Cases().Single(row => row.GetProperty("file").GetString() == file);
        try
        {
            var tokenizer = Tokenizer.Load(ReferenceTokenizers.Golden(file));
            if (!ReadHere.Contains(file)) Assert.Equal("accepts", row.GetProperty("hf").GetString());
            if (row.TryGetProperty("hf_ids", out var ids))
                Assert.Equal(ids.EnumerateArray().Select(id => unchecked((int)id.GetUInt32())), tokenizer.Encode(row.GetProperty("probe").GetString()!).Ids);
        }
        catch (FileException error)
        {
            Assert.DoesNotContain(Path.GetFileName(file), MustLoad);
            Assert.Contains(file, error.Message, StringComparison.Ordinal);
            if (error.Message.Contains("it is not", StringComparison.Ordinal)) return;   // the file as a whole is no strict JSON
            Assert.Contains($": {FaultShownAt.GetValueOrDefault(file, row.GetProperty("field").GetString()!)}", error.Message, StringComparison.Ordinal);
        }
    }

    private static List<JsonElement> Cases()
    {
        using var cases = JsonDocument.Parse(File.ReadAllText(ReferenceTokenizers.Golden("malformed/malformed.json")));
        return [.. cases.RootElement.GetProperty("cases").EnumerateArray().Select(row => row.Clone())];
    }
}
