using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>What every sentencepiece model makes of every text equals what its library makes of it.</summary>
public class EverySentencePieceModel
{
    public static TheoryData<string> Names => ["spm-bpe-gemma", "spm-bpe-llama", "spm-unigram-bytes", "spm-unigram-nfkc"];

    [Theory, MemberData(nameof(Names))]
    public void Cuts_each_text_into_the_same_pieces_and_leads_back_to_the_same_text(string name) => ForEachRow(name, "encode", (tokenizer, row) =>
    {
        var text = ReferenceTokenizers.Corpus[row.GetProperty("i").GetInt32()];
        var encoded = tokenizer.Encode(text);
        if (row.TryGetProperty("ids", out var ids)) Assert.Equal(Ints(ids), encoded.Ids);
        else
        {
            Assert.Equal(row.GetProperty("n").GetInt32(), encoded.Ids.Length);
            Assert.Equal(row.GetProperty("sha").GetString(), Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<int>(encoded.Ids))));
        }
        var decoded = tokenizer.Decode(encoded.Ids);
        var expected = row.GetProperty("dec").GetString()!;
        if (row.TryGetProperty("tok", out var pieces))
        {
            Assert.Equal(Texts(pieces), encoded.Ids.Select(tokenizer.TokenText));
            Assert.Equal(Texts(row.GetProperty("pieces")), encoded.Tokens);
            Assert.Equal(expected == "=" ? text : expected, decoded);
        }
        else Assert.Equal(expected, decoded == text ? "=" : "#" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(decoded)))[..8]);
        Assert.Equal(decoded, Streamed(tokenizer, encoded.Ids));
        for (var i = 1; i < encoded.Offsets.Length; i++) Assert.True(encoded.Offsets[i - 1].Start <= encoded.Offsets[i].Start && encoded.Offsets[i].End <= text.Length);
    });

    [Theory, MemberData(nameof(Names))]
    public void Decodes_any_ids_alike(string name) => ForEachRow(name, "ids", (tokenizer, row) =>
    {
        var ids = Ints(row.GetProperty("ids"));
        Assert.Equal(row.GetProperty("dec").GetString(), tokenizer.Decode(ids));
        Assert.Equal(row.GetProperty("dec").GetString(), Streamed(tokenizer, ids));
        Assert.Equal(Texts(row.GetProperty("tokens")), ids.Select(tokenizer.TokenText));
    });

    private static string Streamed(Tokenizer tokenizer, int[] ids)
    {
        var stream = tokenizer.StartStream();
        var pieces = ids.Select(stream.Push).ToList();
        Assert.All(pieces, piece => Assert.Equal(piece, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(piece))));
        return string.Concat(pieces) + stream.Flush();
    }

    private static void ForEachRow(string name, string file, Action<Tokenizer, JsonElement> check)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var tokenizer = Tokenizer.Load(ReferenceTokenizers.Golden($"{name}/tokenizer.model"));
        var number = 0;
        foreach (var row in ReferenceTokenizers.Rows($"{name}/{file}.jsonl.gz"))
        {
            number++;
            try { check(tokenizer, row); }
            catch (Xunit.Sdk.XunitException e) { Assert.Fail($"{name}, line {number} of {file}: {e.Message}\n{row.GetRawText()[..Math.Min(row.GetRawText().Length, 400)]}"); }
        }
        Assert.True(number > 0);
    }

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetInt32())];

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString() ?? "")];
}
