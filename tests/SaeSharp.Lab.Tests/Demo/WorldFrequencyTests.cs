using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Tests.Demo;

/// <summary>How often what is in the demo world.</summary>
public class WorldFrequencyTests
{
    private static readonly WorldGrammar Grammar = WorldGrammar.Default;

    [Fact]
    public void Every_concept_holds_at_0_3_percent_of_the_tokens_or_more()
    {
        var (counts, tokens) = (new int[Grammar.Concepts.All.Count], 0);
        foreach (var document in new WorldStream(Grammar, 1).Take(2_000_000))
        {
            tokens += document.Ids.Length;
            foreach (var set in document.Truth)
                foreach (var concept in set.Numbers()) counts[concept]++;
        }
        Assert.All(Grammar.Concepts.All, concept => Assert.True(counts[concept.Number] >= 0.003 * tokens, $"{concept.Name}: {counts[concept.Number]} of {tokens}"));
        Assert.InRange(Grammar.Concepts.All.Count(concept => concept.Kind == ConceptKind.Word), 25, ConceptSet.Capacity);
        Assert.InRange(Grammar.Concepts.All.Count(concept => concept.Kind == ConceptKind.State), 30, ConceptSet.Capacity);
    }

    [Fact]
    public void Numbers_lists_songs_and_tovan_have_a_share_worth_learning()
    {
        var documents = new WorldStream(Grammar, 2).Take(400_000).ToList();
        var all = documents.Sum(document => document.Ids.Length);
        Assert.All((string[])["story", "description", "letter", "list", "song", "numbers", "tovan", "dialogue"], kind =>
            Assert.InRange(documents.Where(document => document.Kind == kind).Sum(document => document.Ids.Length) / (double)all, 0.045, 0.5));
    }

    /// <summary>The bound is one: it lies above nothing at all and below what the words' frequencies alone allow.</summary>
    [Fact]
    public void The_entropy_bound_of_every_kind_lies_below_the_entropy_of_its_words() => Assert.All(new WorldStream(Grammar, 2).Take(400_000).GroupBy(document => document.Kind), kind =>
    {
        var ids = kind.SelectMany(document => document.Ids[1..]).ToList();
        var entropy = ids.CountBy(id => id).Sum(count => -count.Value * Math.Log((double)count.Value / ids.Count)) / ids.Count;
        Assert.InRange(-kind.Sum(document => document.LogP.Sum()) / ids.Count, 0.2, 0.7 * entropy);
    });

    /// <summary>Two lists with one word in common would leave open which of them it came from, and the bound would no longer be tight.</summary>
    [Fact]
    public void Lists_that_a_variable_chooses_between_share_no_word()
    {
        foreach (var variable in (string[])["topic", "tone", "style", "time", "season"])
        {
            var values = Grammar.Variables[variable].Values;
            var families = Grammar.Lexicon.Lists.Values.Where(list => values.Any(value => list.Name.EndsWith($"-{value}", StringComparison.Ordinal))).GroupBy(list => list.Name.Split('-')[0]);
            foreach (var family in families.Where(family => family.Key is not ("place" or "is")))
            {
                var words = family.SelectMany(list => Enumerable.Range(0, list.Count).SelectMany(entry => list.Forms(entry)).Distinct()).Select(id => Grammar.Lexicon.Words[id]).ToList();
                Assert.True(words.Distinct().Count() == words.Count, $"{family.Key}: {string.Join(' ', words.CountBy(word => word).Where(count => count.Value > 1).Select(count => count.Key))}");
            }
        }
    }
}
