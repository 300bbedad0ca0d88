using System.Text;
using SaeSharp.Models.Tokenizers;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>The tokenizer.bin of llama2.c, against its program written down a second time: merges one by one, each the best of all.</summary>
public class Llama2cTokenizerTests
{
    private static readonly (string Text, float Score)[] Tokens =
    [
        ("<unk>", 0), ("\n<s>\n", 0), ("\n</s>\n", 0), .. Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 0f)),
        ("he", -1), (" t", -1), ("ll", -3), (" the", -2), ("hell", -5), ("ää", -4), ("aaa", -2), ("aa", -7), ("x!", -1), ("never", -2e10f),
        .. " theloäanvr!".Select(unit => ($"{unit}", -20f)),
    ];

    [Fact]
    public void Every_text_has_the_ids_of_the_program()
    {
        var tokenizer = Load(Tokens);
        var random = new Random(5);
        const string Alphabet = "  thelloäanvrx!▁é\n";
        string[] texts = ["", " ", "hello the aaaaaaa", "never", "x!", "▁ is no space", "東京 😀", "\n<s>\n<unk>", .. Enumerable.Range(0, 500).Select(_ => string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => Alphabet[random.Next(Alphabet.Length)])))];
        foreach (var text in texts)
        {
            var ids = tokenizer.Encode(text).Ids;
            Assert.Equal(Program(text), ids);
            Assert.Equal(text, tokenizer.Decode(ids));
        }
    }

    [Fact]
    public void A_damaged_file_is_named_with_the_token()
    {
        Assert.Contains("it has 3 tokens, expected at least 259", Refusal(Bytes(Tokens[..3])), StringComparison.Ordinal);
        Assert.Contains("token 258: its length is 6", Refusal(Bytes(Tokens[..259])[..^1]), StringComparison.Ordinal);
        Assert.Contains("token 259: 4 bytes are left", Refusal([.. Bytes(Tokens[..259]), 1, 2, 3, 4]), StringComparison.Ordinal);
        Assert.Contains("token 259: its score is NaN", Refusal(Bytes([.. Tokens[..259], ("a", float.NaN)])), StringComparison.Ordinal);
        Assert.Contains("'a' stands there a second time", Refusal(Bytes([.. Tokens[..259], ("a", 0), ("a", 0)])), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_found_beside_its_model_unless_there_are_several()
    {
        using var folder = new TemporaryFolder();
        var model = folder.Write("stories.bin", Checkpoints.Samples.All["llama2.c"].Bytes);
        Assert.Null(Tokenizer.Find(model));
        var tokenizer = folder.Write("tok5.bin", Bytes(Tokens));
        Assert.Equal(tokenizer, Tokenizer.Find(model));
        Assert.Equal(tokenizer, Tokenizer.Find(folder.Path));
        Assert.Equal(tokenizer, Tokenizer.Find(tokenizer));
        folder.Write("tok6.bin", Bytes(Tokens));
        Assert.Contains("tok5.bin, tok6.bin lie beside stories.bin, expected one", Assert.Throws<FileException>(() => Tokenizer.Find(model)).Message, StringComparison.Ordinal);
        Assert.Equal(folder.Write("tokenizer.bin", Bytes(Tokens)), Tokenizer.Find(model));
    }

    [Fact]
    public Task A_mutant_is_refused_or_read() => MutantRun.RequireTyped(".bin", (_, mutator) => mutator.Damage(Bytes(Tokens)), path =>
    {
        try
        {
            _ = Tokenizer.Load(path).Encode("hello the 東京");
            return true;
        }
        catch (FileException error)
        {
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            return false;
        }
    });

    private static List<int> Program(string text)
    {
        List<int> ids = text.Length > 0 ? [1, Array.FindIndex(Tokens, token => token.Text == " ")] : [1];
        foreach (var rune in text.EnumerateRunes())
        {
            if (Array.FindIndex(Tokens, token => token.Text == rune.ToString()) is >= 0 and var id) ids.Add(id);
            else ids.AddRange(Encoding.UTF8.GetBytes(rune.ToString()).Select(b => b + 3));
        }
        while (true)
        {
            var (best, at, score) = (-1, -1, -1e10f);
            for (var i = 0; i + 1 < ids.Count; i++)
            {
                var joined = Array.FindIndex(Tokens, token => token.Text == Tokens[ids[i]].Text + Tokens[ids[i + 1]].Text);
                if (joined >= 0 && Tokens[joined].Score > score) (best, at, score) = (joined, i, Tokens[joined].Score);
            }
            if (best < 0) return ids;
            ids[at] = best;
            ids.RemoveAt(at + 1);
        }
    }

    private static Tokenizer Load((string, float)[] tokens)
    {
        using var folder = new TemporaryFolder();
        return Tokenizer.Load(folder.Write("tokenizer.bin", Bytes(tokens)));
    }

    private static string Refusal(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        return Assert.Throws<FileException>(() => Tokenizer.Load(folder.Write("tokenizer.bin", bytes))).Message;
    }

    private static byte[] Bytes((string Text, float Score)[] tokens) =>
        [.. BitConverter.GetBytes(tokens.Max(token => token.Text.Length)), .. tokens.SelectMany(token => (byte[])[.. BitConverter.GetBytes(token.Score), .. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(token.Text)), .. Encoding.UTF8.GetBytes(token.Text)])];
}
