using System.Globalization;
using System.Text;
using CsCheck;
using SaeSharp.Models.Tokenizers;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Laws that hold for every tokenizer here, on random texts.</summary>
public class EveryTokenizer
{
    public static TheoryData<string> Names => [.. Fixtures.Names];

    [Theory, MemberData(nameof(Names))]
    public void Decodes_what_it_encodes_to_the_same_text(string name)
    {
        var tokenizer = Fixtures.Load(name);
        Texts.Plain.Sample(text => Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text).Ids)));
    }

    [Theory, MemberData(nameof(Names))]
    public void Places_each_token_where_its_bytes_stand(string name)
    {
        var tokenizer = Fixtures.Load(name);
        Texts.WithSpecials.Sample(text =>
        {
            var encoded = tokenizer.Encode(text, addSpecial: false);
            var before = 0;
            for (var i = 0; i < encoded.Ids.Length; i++)
            {
                var (start, end) = encoded.Offsets[i];
                Assert.InRange(start, before, end);
                Assert.InRange(end, start, text.Length);
                var covered = Encoding.UTF8.GetBytes(text[start..end]);
                Assert.True(covered.AsSpan().IndexOf(BytesOf(encoded.Tokens[i])) >= 0, $"'{encoded.Tokens[i]}' is not in '{text[start..end]}'");
                before = start;
            }
        });
    }

    [Theory, MemberData(nameof(Names))]
    public void Streams_to_the_same_text_in_whole_characters(string name)
    {
        var tokenizer = Fixtures.Load(name);
        Gen.Select(Texts.WithSpecials, Gen.Bool).Sample((text, skipSpecial) =>
        {
            var ids = tokenizer.Encode(text).Ids;
            var pieces = Pieces(tokenizer.StartStream(skipSpecial), ids);
            Assert.All(pieces, piece => Assert.Equal(piece, WellFormed.Of(piece)));
            Assert.Equal(tokenizer.Decode(ids, skipSpecial), string.Concat(pieces));
        });
    }

    [Theory, MemberData(nameof(Names))]
    public void Streams_any_ids_without_failing_or_losing_text(string name)
    {
        var tokenizer = Fixtures.Load(name);
        Gen.Int[0, tokenizer.VocabularySize + 3].Array[0, 30].Sample(ids =>
        {
            var joined = string.Concat(Pieces(tokenizer.StartStream(skipSpecial: false), ids));
            var whole = tokenizer.Decode(ids, skipSpecial: false);
            // In a row of bytes that turns out not to be UTF-8 the stream has given characters that a full decode replaces.
            if (name == "byte-fallback") Assert.True(Readable(joined) >= Readable(whole));
            else Assert.Equal(whole, joined);
        });
    }

    [Theory, MemberData(nameof(Names))]
    public void Gives_the_same_tokens_again_on_any_thread(string name)
    {
        var tokenizer = Fixtures.Load(name);
        var texts = Texts.WithSpecials.Array[200].Single();
        var first = texts.Select(text => tokenizer.Encode(text).Ids).ToArray();
        var fresh = Fixtures.Load(name);
        var again = new int[texts.Length][];
        Parallel.For(0, texts.Length, i => again[i] = fresh.Encode(texts[i]).Ids);
        Assert.Equal(first, again);
    }

    [Theory, MemberData(nameof(Names))]
    public void Reads_half_a_surrogate_pair_as_a_replacement_character(string name)
    {
        var tokenizer = Fixtures.Load(name);
        Texts.AnyUnits.Sample(text =>
        {
            var replaced = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            Assert.Equal(tokenizer.Encode(replaced).Ids, tokenizer.Encode(text).Ids);
            Assert.Equal(tokenizer.Encode(replaced).Offsets, tokenizer.Encode(text).Offsets);
        });
    }

    [Theory, MemberData(nameof(Names))]
    public void Gives_the_same_ids_with_places_and_without(string name)
    {
        var tokenizer = Fixtures.Load(name);
        Gen.Select(Texts.WithSpecials, Gen.Bool, Gen.Bool).Sample((text, addSpecial, specialsAsText) =>
            Assert.Equal(tokenizer.Encode(text, addSpecial, specialsAsText).Ids, tokenizer.EncodeIds(text, addSpecial, specialsAsText)));
        var texts = Texts.WithSpecials.Array[50].Single();
        Assert.Equal(texts.Select(text => tokenizer.EncodeIds(text)), tokenizer.EncodeIds(texts));
    }

    [Theory, MemberData(nameof(Names))]
    public void Leaves_special_tokens_in_the_text_on_request(string name)
    {
        var tokenizer = Fixtures.Load(name);
        foreach (var special in new[] { "<|end|>", "<s>", "</s>", "<unk>", "<|endoftext|>" })
        {
            var ids = tokenizer.Encode(special, addSpecial: false, specialsAsText: true).Ids;
            Assert.True(ids.Length > 1);
            Assert.Equal(special, tokenizer.Decode(ids));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Merges_a_million_letters_in_one_word(string name)
    {
        const int fours = 250_000;
        var tokenizer = Fixtures.Load(name);
        Assert.Equal(fours, tokenizer.Encode(new string('a', 4 * fours), addSpecial: false).Tokens.Count(token => token == "aaaa"));
    }

    private static int Readable(string text) => text.Count(unit => unit != '\ufffd');

    private static List<string> Pieces(StreamDecoder stream, int[] ids)
    {
        var pieces = ids.Select(stream.Push).ToList();
        pieces.Add(stream.Flush());
        return pieces;
    }

    /// <summary>The bytes that a token stands for, without the white space at its ends, which offsets may leave out.</summary>
    private static byte[] BytesOf(string token)
    {
        if (token is ['<', '0', 'x', _, _, '>']) return [byte.Parse(token.AsSpan(3, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)];
        var bytes = token.All(unit => ByteAlphabet.ByteOf(unit) >= 0)
            ? token.Select(unit => (byte)ByteAlphabet.ByteOf(unit)).ToArray()
            : Encoding.UTF8.GetBytes(token.Replace('▁', ' '));
        return bytes.AsSpan().Trim(" \t\n\v\f\r"u8).ToArray();
    }
}
