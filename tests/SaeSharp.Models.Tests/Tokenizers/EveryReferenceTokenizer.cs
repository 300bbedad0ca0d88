using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>What every tokenizer makes of every text equals what its reference implementation makes of it. Nothing here has a tolerance.</summary>
public class EveryReferenceTokenizer
{
    /// <summary>Every tokenizer.json of the manifest.</summary>
    public static TheoryData<string> Names => SharedFiles.Present ? [.. ReferenceTokenizers.JsonNames] : ["(absent)"];

    [Theory, MemberData(nameof(Names))]
    public void Splits_each_text_into_the_same_tokens_at_the_same_places(string name) => ForEachRow(name, "encode", (tokenizer, row) =>
    {
        var text = ReferenceTokenizers.Corpus[row.GetProperty("i").GetInt32()];
        var plain = tokenizer.Encode(text, addSpecial: false);
        if (row.TryGetProperty("ids", out var ids)) Assert.Equal(Ints(ids), plain.Ids);
        else
        {
            Assert.Equal(row.GetProperty("n").GetInt32(), plain.Ids.Length);
            Assert.Equal(row.GetProperty("sha").GetString(), Sha(MemoryMarshal.AsBytes<int>(plain.Ids)));
        }
        if (!row.TryGetProperty("sp", out var special)) Assert.Equal([.. Ints(row, "pre"), .. plain.Ids, .. Ints(row, "post")], tokenizer.Encode(text).Ids);
        else
        {
            var full = tokenizer.EncodeFully(text);
            Assert.Equal(Ints(special), full.Ids);
            Assert.Equal(row.GetProperty("sp_overflow_count").GetInt32(), full.Overflow.Count);
            if (row.TryGetProperty("sp_mask", out var mask)) CheckFully(full, Ints(mask), Ints(row, "sp_attention"), row.GetProperty("sp_overflow"));
        }

        if (!row.TryGetProperty("sp", out _)) Assert.Equal(plain.Ids, tokenizer.EncodeIds(text, addSpecial: false));   // which neither truncates nor pads

        var codePoints = InCodePoints(text, plain.Offsets);
        if (row.TryGetProperty("oh", out var hash)) Assert.Equal(hash.GetString(), Sha(MemoryMarshal.AsBytes<int>(codePoints))[..8]);
        if (!row.TryGetProperty("tok", out var tokens)) return;
        Assert.Equal(Texts(tokens), plain.Tokens);
        Assert.Equal(Ints(row, "off"), codePoints);
        Assert.Equal(Ints(row, row.TryGetProperty("off16", out _) ? "off16" : "off"), plain.Offsets.SelectMany(offset => new[] { offset.Start, offset.End }));
    });

    [Theory, MemberData(nameof(Names))]
    public void Leads_back_to_the_same_text(string name) => ForEachRow(name, "encode", (tokenizer, row) =>
    {
        var text = ReferenceTokenizers.Corpus[row.GetProperty("i").GetInt32()];
        var ids = tokenizer.Encode(text).Ids;
        var expected = row.GetProperty("dec").GetString()!;
        Check(expected, tokenizer.Decode(ids));
        Check(row.TryGetProperty("keep", out var keep) ? keep.GetString()! : expected, tokenizer.Decode(ids, skipSpecial: false));

        void Check(string expected, string actual)
        {
            if (expected == "=") Assert.Equal(text, actual);
            else if (row.TryGetProperty("tok", out _)) Assert.Equal(expected, actual);
            else Assert.Equal(expected, "#" + Sha(Encoding.UTF8.GetBytes(actual))[..8]);
        }
    });

    [Theory, MemberData(nameof(Names))]
    public void Puts_pairs_together_and_reads_specials_as_text_alike(string name) => ForEachRow(name, "more", (tokenizer, row) =>
    {
        var text = ReferenceTokenizers.Corpus[row.GetProperty("i").GetInt32()];
        var kind = row.GetProperty("kind").GetString();
        if (kind == "pair")
        {
            var second = ReferenceTokenizers.Corpus[row.GetProperty("j").GetInt32()];
            var pair = tokenizer.EncodeFully(text, second);
            Assert.Equal(Ints(row, "ids"), pair.Ids);
            Assert.Equal(Texts(row.GetProperty("tokens")), pair.Tokens);
            Assert.Equal(Ints(row, "type_ids"), pair.TypeIds);
            CheckFully(pair, Ints(row, "special_mask"), Ints(row, "attention"), row.TryGetProperty("overflow", out var overflow) ? overflow : default);
            return;
        }
        var batch = kind == "batch" ? Ints(row, "batch") : [row.GetProperty("i").GetInt32()];
        var encoded = tokenizer.EncodeBatch([.. batch.Select(i => ReferenceTokenizers.Corpus[i])], addSpecial: true, specialsAsText: kind == "specials_as_text")[Array.IndexOf(batch, row.GetProperty("i").GetInt32())];
        Assert.Equal(Ints(row, "ids"), encoded.Ids);
        Assert.Equal(Texts(row.GetProperty("tokens")), encoded.Tokens);
        Assert.Equal(Ints(row, "type_ids"), encoded.TypeIds);
        Assert.Equal(Ints(row, "attention"), encoded.IsPadding.Select(padding => padding ? 0 : 1));
        Assert.Equal(Ints(row, "off"), InCodePoints(text, encoded.Offsets));
    });

    [Theory, MemberData(nameof(Names))]
    public void Streams_whole_characters_that_join_to_the_whole_text(string name) => ForEachRow(name, "stream", (tokenizer, row) =>
    {
        var ids = Ints(row, "ids");
        var skip = row.GetProperty("skip").GetBoolean();
        Assert.Equal(row.GetProperty("whole").GetString(), tokenizer.Decode(ids, skip));

        var stream = tokenizer.StartStream(skip);
        var pieces = ids.Select(stream.Push).ToList();
        Assert.All(pieces, piece => Assert.Equal(piece, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(piece))));
        var joined = string.Concat(pieces);
        if (row.GetProperty("same").GetBoolean()) Assert.Equal(row.GetProperty("whole").GetString(), joined);
        if (row.GetProperty("flush").ValueKind == JsonValueKind.String) Assert.Equal(row.GetProperty("whole").GetString(), joined + stream.Flush());
    });

    [Theory, MemberData(nameof(Names))]
    public void Decodes_any_ids_alike(string name) => ForEachRow(name, "ids", (tokenizer, row) =>
    {
        var ids = Ints(row, "ids");
        Assert.Equal(row.GetProperty("dec").GetString(), tokenizer.Decode(ids));
        Assert.Equal(row.GetProperty("keep").GetString(), tokenizer.Decode(ids, skipSpecial: false));
        Assert.Equal(row.GetProperty("tokens").EnumerateArray().Select(token => token.GetString() ?? ""), ids.Select(tokenizer.TokenText));
    });

    [Theory, MemberData(nameof(Names))]
    public void Has_the_same_number_of_ids(string name)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var manifest = JsonDocument.Parse(File.ReadAllText(ReferenceTokenizers.Golden("manifest.json")));
        var row = manifest.RootElement.GetProperty("tokenizers").EnumerateArray().Single(row => row.GetProperty("name").GetString() == name);
        Assert.Equal(row.GetProperty("vocab_size").GetInt32(), ReferenceTokenizers.Load(name).VocabularySize);
    }

    private static void CheckFully(TokenList list, int[] special, int[] attention, JsonElement overflow)
    {
        Assert.Equal(special, list.IsInserted.Select(inserted => inserted ? 1 : 0));
        Assert.Equal(attention, list.IsPadding.Select(padding => padding ? 0 : 1));
        if (overflow.ValueKind != JsonValueKind.Undefined) Assert.Equal(overflow.EnumerateArray().Select(Ints), list.Overflow.Select(part => part.Ids.ToArray()));
        else Assert.Empty(list.Overflow);
    }

    private static void ForEachRow(string name, string file, Action<Tokenizer, JsonElement> check)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var tokenizer = ReferenceTokenizers.Load(name);
        var number = 0;
        foreach (var row in ReferenceTokenizers.Rows($"{name}/{file}.jsonl.gz"))
        {
            number++;
            try { check(tokenizer, row); }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException { Message: "" })
            {
                var text = row.TryGetProperty("i", out var i) ? JsonSerializer.Serialize(ReferenceTokenizers.Corpus[i.GetInt32()]) : row.GetProperty("ids").GetRawText();
                Assert.Fail($"{name}, line {number} of {file}: {e.Message}\n{text[..Math.Min(text.Length, 400)]}");
            }
        }
        Assert.True(number > 0);
    }

    /// <summary>UTF-16 offsets as code points, flat: start, end, start, end ...</summary>
    private static int[] InCodePoints(string text, (int Start, int End)[] offsets)
    {
        var pointAt = new int[text.Length + 1];
        for (var i = 0; i < text.Length; i++) pointAt[i + 1] = pointAt[i] + (char.IsLowSurrogate(text[i]) ? 0 : 1);
        return [.. offsets.SelectMany(offset => new[] { pointAt[offset.Start], pointAt[offset.End] })];
    }

    private static string Sha(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetInt32())];

    private static int[] Ints(JsonElement row, string name) => row.TryGetProperty(name, out var list) ? Ints(list) : [];

    private static string?[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString())];
}
