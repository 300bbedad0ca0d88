using System.Runtime.InteropServices;
using System.Text;

namespace SaeSharp.Lab.Searching;

/// <summary>Ranks short texts by the words they share with a query: BM25 (Robertson and Zaragoza 2009) over postings.</summary>
internal sealed class WordRanking
{
    private const double Saturation = 1.2, LengthWeight = 0.75; // k₁, b

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _spelled = [];
    private readonly List<List<(int Text, int Count)>> _postings = [];
    private readonly List<int> _words = [], _starts = [0];

    public WordRanking(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            foreach (var word in WordsOf(text)) _words.Add(IdOf(word));
            _starts.Add(_words.Count);
            foreach (var same in TextWords(Count - 1).ToArray().CountBy(id => id)) _postings[same.Key].Add((Count - 1, same.Value));
        }
    }

    /// <summary>Number of texts.</summary>
    public int Count => _starts.Count - 1;

    /// <summary>Distinct words.</summary>
    public IReadOnlyList<string> Vocabulary => _spelled;

    /// <summary>The words of a text by number.</summary>
    public ReadOnlySpan<int> TextWords(int text) => CollectionsMarshal.AsSpan(_words)[_starts[text].._starts[text + 1]];

    /// <summary>The texts that hold a word.</summary>
    public IEnumerable<int> TextsWith(int word) => _postings[word].Select(posting => posting.Text);

    /// <summary>A word's number, −1 for an unknown one.</summary>
    public int Find(string word) => _ids.GetValueOrDefault(word, -1);

    /// <summary>How much a word tells: ln(1 + (N − n + ½) ÷ (n + ½)), n texts holding it.</summary>
    public double Weight(int word)
    {
        var n = word < 0 ? 0 : _postings[word].Count;
        return Math.Log(1 + (Count - n + 0.5) / (n + 0.5));
    }

    /// <summary>The texts that share a word with the query, best first.</summary>
    public IReadOnlyList<int> Rank(IReadOnlyList<string> query, bool[] allowed, int top)
    {
        var scores = new Dictionary<int, double>();
        var mean = Count == 0 ? 1 : Math.Max(1e-9, (double)_words.Count / Count);
        foreach (var word in query.Distinct().Select(Find).Where(id => id >= 0))
        {
            var weight = Weight(word);
            foreach (var (text, count) in _postings[word])
            {
                if (!allowed[text]) continue;
                var length = _starts[text + 1] - _starts[text];
                CollectionsMarshal.GetValueRefOrAddDefault(scores, text, out _) += weight * count * (Saturation + 1) / (count + Saturation * (1 - LengthWeight + LengthWeight * length / mean));
            }
        }
        var best = new Best<int>(top);
        foreach (var (text, score) in scores) best.Offer(text, score);
        return [.. best.Take().OrderByDescending(entry => entry.Score).ThenBy(entry => entry.Item).Select(entry => entry.Item)];
    }

    /// <summary>Runs of letters and digits, in lower case.</summary>
    public static IReadOnlyList<string> WordsOf(string text)
    {
        var (words, word) = (new List<string>(), new StringBuilder());
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || (word.Length > 0 && Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark))
                word.Append(Rune.ToLowerInvariant(rune).ToString());
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
        if (word.Length > 0) words.Add(word.ToString());
        return words;
    }

    private int IdOf(string word)
    {
        if (_ids.TryGetValue(word, out var id)) return id;
        _spelled.Add(word);
        _postings.Add([]);
        return _ids[word] = _spelled.Count - 1;
    }
}
