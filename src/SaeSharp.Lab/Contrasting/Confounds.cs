using System.Globalization;
using System.Text.RegularExpressions;
using SaeSharp.Lab.Probing;

namespace SaeSharp.Lab.Contrasting;

/// <summary>What two sets of prompts differ in beside their meaning, and how well that alone tells them apart.</summary>
internal sealed partial class Confounds
{
    private const int Rarest = 2; // a word that stands in one prompt only teaches nothing about others

    private readonly IReadOnlyList<string> _texts;
    private readonly PromptSplit _split;
    private readonly int[] _lengths;
    private readonly string[][] _words;

    public Confounds(ContrastPrompts prompts, PromptSplit split)
    {
        (_texts, _split) = (prompts.Texts, split);
        _lengths = [.. prompts.Windows.Select(window => window.Ids.Length)];
        _words = [.. prompts.Texts.Select(Words)];
    }

    /// <summary>The held-out AUROC of a logistic regression on each confound.</summary>
    public IReadOnlyList<ContrastConfound> Measure(double c) =>
    [
        Measure("length", _lengths.Select(length => (IEnumerable<string>)[.. Enumerable.Repeat("tokens", length)]), 1, c),
        Measure("first word", _words.Select(words => words.Take(1)), 1, c),
        Measure("punctuation", _texts.Select(Marks), 1, c),
        Measure("vocabulary", _words.Select(words => words.Distinct()), Rarest, c),
    ];

    /// <summary>AUROC of a feature over pairs of prompts that are alike, in one respect after another.</summary>
    /// <param name="at">Prompts on which it fires.</param>
    /// <param name="values">Its values there.</param>
    public IReadOnlyList<MatchedAuroc> Match(ReadOnlySpan<int> at, ReadOnlySpan<float> values)
    {
        var all = new float[_texts.Count];
        for (var i = 0; i < at.Length; i++) all[at[i]] = values[i];
        return
        [
            Match("length", prompt => _lengths[prompt].ToString(CultureInfo.InvariantCulture), all),
            Match("first word", prompt => _words[prompt].FirstOrDefault() ?? "", all),
            Match("last mark", prompt => Marks(_texts[prompt]).LastOrDefault() ?? "", all),
        ];
    }

    private ContrastConfound Measure(string name, IEnumerable<IEnumerable<string>> things, int rarest, double c)
    {
        var counted = things.Select(of => of.CountBy(thing => thing).ToDictionary()).ToArray();
        int[] training = PromptSplit.Members(_split.Choosing), test = PromptSplit.Members(_split.Held);
        var columns = training.SelectMany(prompt => counted[prompt].Keys).CountBy(thing => thing).Where(thing => thing.Value >= rarest)
            .Select(thing => thing.Key).Order(StringComparer.Ordinal).Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        if (columns.Count == 0) return new(name, new Area(0.5, 0, 0).Interval(test.Count(prompt => prompt < _split.A), test.Count(prompt => prompt >= _split.A)));
        var rows = new ProbeRows(columns.Count);
        foreach (var counts in counted)
        {
            var row = new double[columns.Count];
            foreach (var (thing, count) in counts)
                if (columns.TryGetValue(thing, out var column)) row[column] = count;
            rows.Add(row);
        }
        return new(name, HeldOut.Auroc(LogisticRegression.Fit(rows.Of(training), [.. training.Select(prompt => prompt < _split.A)], c).Scores(rows), _split));
    }

    private MatchedAuroc Match(string alike, Func<int, string> key, float[] values)
    {
        var (won, pairs) = (0.0, 0L);
        foreach (var group in Enumerable.Range(0, values.Length).GroupBy(key))
        {
            var sides = group.ToLookup(prompt => prompt < _split.A, prompt => values[prompt]);
            float[] a = [.. sides[true]], b = [.. sides[false].Order()];
            foreach (var value in a) won += (Below(b, value, orEqual: false) + Below(b, value, orEqual: true)) / 2.0;
            pairs += (long)a.Length * b.Length;
        }
        return new(alike, pairs > 0 ? won / pairs : null, pairs);
    }

    private static int Below(float[] sorted, float value, bool orEqual)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < value || (orEqual && sorted[middle] == value)) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private static string[] Words(string text) => [.. Word().Matches(text).Select(word => word.Value.ToLowerInvariant())];

    private static IEnumerable<string> Marks(string text) => text.Where(letter => char.IsPunctuation(letter) || char.IsSymbol(letter)).Select(letter => letter.ToString());

    [GeneratedRegex(@"[\p{L}\p{N}'’]+", RegexOptions.NonBacktracking)]
    private static partial Regex Word();
}
