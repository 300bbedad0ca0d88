using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Rank files of tiktoken.</summary>
public class TiktokenTests
{
    private const string Sample = """{ "pattern": "\\p{L}+|\\p{N}{1,3}+|\\s+|[^\\p{L}\\p{N}\\s]+", "special_tokens": { "<|end|>": 300 } }""";

    [Fact]
    public void A_rank_file_gives_the_ids_of_its_library()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var tokenizer = Tokenizer.Load(ReferenceTokenizers.Golden("tiktoken-sample"));
        foreach (var row in ReferenceTokenizers.Rows("tiktoken-sample/encode.jsonl.gz"))
        {
            var text = ReferenceTokenizers.Corpus[row.GetProperty("i").GetInt32()];
            var plain = tokenizer.EncodeIds(text, specialsAsText: true);
            var special = tokenizer.EncodeIds(text);
            if (row.TryGetProperty("ids", out var ids)) Assert.Equal(Ints(ids), plain);
            else Assert.Equal(row.GetProperty("sha").GetString(), Sha(plain));
            if (row.TryGetProperty("special_ids", out var specialIds)) Assert.Equal(Ints(specialIds), special);
            else if (row.TryGetProperty("special_sha", out var sha)) Assert.Equal(sha.GetString(), Sha(special));
            else Assert.Equal(plain, special);
            Assert.Equal(text, tokenizer.Decode(plain));
        }
    }

    [Fact]
    public void Any_text_comes_back_from_a_rank_file()
    {
        var tokenizer = Load(Ranks("the", "th", "in", "ing", "  "), Sample);
        Texts.Plain.Sample(text => Assert.Equal(text, tokenizer.Decode(tokenizer.EncodeIds(text))));
        Assert.Equal([300], tokenizer.EncodeIds("<|end|>"));
        Assert.DoesNotContain(300, tokenizer.EncodeIds("<|end|>", specialsAsText: true));
        Assert.Equal([256], tokenizer.EncodeIds("the"));   // a token as a whole, though no merge leads from 'th' to it
    }

    [Theory]
    [InlineData("AA== x", "line 1")]
    [InlineData("?? 0", "line 1")]
    [InlineData("AA== 0\nAA== 1", "line 2")]
    [InlineData("AA== 0\nAQ== 0", "line 2")]
    [InlineData("AA== 0", "content")]
    public void A_malformed_rank_file_is_refused_with_its_line(string ranks, string place) =>
        Assert.Contains($"sample.tiktoken: {place}", Assert.Throws<FileException>(() => Load(ranks, Sample)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_rank_file_without_a_pattern_says_which_names_need_none() =>
        Assert.Contains("cl100k_base", Assert.Throws<FileException>(() => Load(Ranks(), null)).Message, StringComparison.Ordinal);

    private static Tokenizer Load(string ranks, string? json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["sample.tiktoken"], ranks);
        if (json is not null) File.WriteAllText(folder["sample.json"], json);
        return Tokenizer.Load(folder.Path);
    }

    private static string Ranks(params string[] words) =>
        string.Join('\n', Enumerable.Range(0, 256).Select(b => new[] { (byte)b }).Concat(words.Select(Encoding.UTF8.GetBytes)).Select((token, rank) => $"{Convert.ToBase64String(token)} {rank}"));

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetInt32())];

    private static string Sha(int[] ids) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<int>(ids)));
}
