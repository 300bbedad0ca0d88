using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>Finds verbs that wait for their subject's number: the token behind the state 'singular-subject' or 'plural-subject', where it has a form for each.</summary>
internal sealed class VerbForms
{
    private readonly Dictionary<int, int> _other = []; // the form for the other number
    private readonly Dictionary<int, bool> _isPlural = []; // of nouns
    private readonly int _singular, _plural;

    public VerbForms(WorldGrammar grammar)
    {
        (_singular, _plural) = (grammar.Concepts["singular-subject"].Number, grammar.Concepts["plural-subject"].Number);
        foreach (var (one, several) in (ReadOnlySpan<(string, string)>)[("is", "are"), ("was", "were")]) Pair(grammar.Lexicon.Id(one), grammar.Lexicon.Id(several));
        foreach (var list in grammar.Lexicon.Lists.Values)
        {
            for (var entry = 0; entry < list.Count; entry++)
            {
                var forms = list.Forms(entry);
                if (list.Name.StartsWith("do-", StringComparison.Ordinal)) Pair(forms[1], forms[0]);
                if (list.Name.StartsWith("noun-", StringComparison.Ordinal)) (_isPlural[forms[0]], _isPlural[forms[1]]) = (false, true);
            }
        }
    }

    /// <summary>Position of each such verb, its other form, and what stands between it and its subject.</summary>
    public IEnumerable<(int Verb, int Other, string Between)> In(WorldDocument document)
    {
        for (int start = 0, end; start < document.Ids.Length; start = Math.Max(end, start + 1))
        {
            var isPlural = document.Truth[start].Contains(_plural);
            end = start;
            if (!isPlural && !document.Truth[start].Contains(_singular)) continue;
            while (document.Truth[end].Contains(isPlural ? _plural : _singular)) end++;
            if (!_other.TryGetValue(document.Ids[end], out var other)) continue;
            bool[] nouns = [.. document.Ids[start..end].Where(_isPlural.ContainsKey).Select(id => _isPlural[id])];
            yield return (end, other, nouns.Any(plural => plural != isPlural) ? "attractor" : nouns.Length > 1 ? "far" : "near");
        }
    }

    private void Pair(int one, int several) => (_other[one], _other[several]) = (several, one);
}
