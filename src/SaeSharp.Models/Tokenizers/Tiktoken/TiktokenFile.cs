using System.Globalization;
using SaeSharp.Models.Tokenizers.AddedTokens;
using SaeSharp.Models.Tokenizers.Decoders;
using SaeSharp.Models.Tokenizers.Models;
using SaeSharp.Models.Tokenizers.Patterns;
using SaeSharp.Models.Tokenizers.PreTokenizers;
using SaeSharp.Models.Tokenizers.Reading;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Tiktoken;

/// <summary>A rank file of tiktoken: a token in base64 and its rank on each line. Its pattern and special tokens are in a .json of the same name, or known by that name.</summary>
internal static class TiktokenFile
{
    public const string Ending = ".tiktoken";
    private const int LongestToken = 256;   // every cut of a token is looked up

    private static readonly string[] EndsOfText = ["<|endoftext|>", "<|end_of_text|>"];

    /// <summary>The only rank file of a folder, or null.</summary>
    public static string? Within(string folder) => Directory.Exists(folder) && Directory.GetFiles(folder, "*" + Ending) is [var file] ? file : null;

    public static TokenizerFile Read(string file)
    {
        var (pattern, special) = ReadPattern(file);
        var ranks = ReadRanks(file);
        var vocabulary = new Vocabulary(ranks.ToDictionary(row => row.Token, row => row.Id, StringComparer.Ordinal));
        if (!ByteSpeller.Covers(vocabulary)) throw FileException.Malformed(file, "content", "some single byte is no token, expected all 256");
        ranks.Sort((left, right) => left.Id.CompareTo(right.Id));
        var end = special.Select(token => token.Content).FirstOrDefault(EndsOfText.Contains);
        return new(
            new Bpe(vocabulary, MergeTable.OfRanks(ranks, vocabulary), new() { IgnoreMerges = true }),
            special,
            Normalizer: null,
            new SequencePreTokenizer([new SplitPreTokenizer(pattern, SplitBehavior.Isolated, inverted: false), new ByteLevelPreTokenizer(addPrefixSpace: false, intoWords: false)]),
            PostProcessor: null,
            new ByteLevelDecoder())
        {
            Bos = end,
            Eos = end,
        };
    }

    private static (Pattern Pattern, AddedToken[] Special) ReadPattern(string file)
    {
        var beside = Path.ChangeExtension(file, ".json");
        if (File.Exists(beside))
        {
            var json = JsonField.Read(beside);
            var field = json["pattern"];
            var tokens = json["special_tokens"];
            return (Compile(field.Text(), field.Wrong), tokens.IsNothing ? [] : [.. tokens.Members().Select(member => Special(member.Name, member.Value.Id()))]);
        }
        var name = Path.GetFileNameWithoutExtension(file);
        if (!KnownEncodings.ByName.TryGetValue(name, out var known))
            throw FileException.Malformed(file, "pattern", $"'{name}' is none of {string.Join(", ", KnownEncodings.ByName.Keys)}, expected {Path.GetFileName(beside)} beside it with a pattern and special_tokens");
        return (Compile(known.Pattern, expected => FileException.Malformed(file, "pattern", expected)), [.. known.Special.Select(row => Special(row.Token, row.Id))]);
    }

    private static Pattern Compile(string pattern, Func<string, FileException> wrong)
    {
        try { return new(pattern, PatternSyntax.Rust); }
        catch (PatternException error) { throw wrong(error.Expected); }
    }

    private static AddedToken Special(string content, int id) => new(content) { Special = true, FixedId = id };

    private static List<(string Token, int Id)> ReadRanks(string file)
    {
        var ranks = new List<(string, int)>();
        var (tokens, ids) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<int>());
        var bytes = new byte[LongestToken];
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (line.Length == 0) continue;
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || !Convert.TryFromBase64Chars(line.AsSpan(0, space), bytes, out var length) || length == 0)
                throw Wrong($"a token of 1 to {LongestToken} bytes in base64, a space and its rank");
            if (!int.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var rank)) throw Wrong("a rank from 0 to 2147483647");
            var token = string.Create(length, bytes, static (units, bytes) =>
            {
                for (var i = 0; i < units.Length; i++) units[i] = ByteAlphabet.Of(bytes[i]);
            });
            if (!tokens.Add(token) || !ids.Add(rank)) throw Wrong("a token and a rank that no line before has");
            ranks.Add((token, rank));
        }
        return ranks;

        FileException Wrong(string expected) => FileException.Malformed(file, string.Create(CultureInfo.InvariantCulture, $"line {number}"), $"it is not what was expected, {expected}");
    }
}
