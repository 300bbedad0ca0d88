using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Tests.Demo;

/// <summary>Small grammars, written out in full.</summary>
public class GrammarTests
{
    private const string Concepts = "storm\tstate\t-\t-\nlightning\tstate\tstorm\t-\ntone-sad\tstate\t-\t-\nnegation\tstate\t-\t-\nsingular-subject\tstate\t-\t-\nplural-subject\tstate\t-\t-\nanimal\tword\t-\t-\ncounting-up\tstate\t-\t-\ncounting-down\tstate\t-\t-";
    private const string Variables = "kind = story:1\ntense = past:1 present:2 future:1\ntone = sad:3 glad:1\nsky = calm:1 storm:1\nbolt < sky=storm = lightning:1 rain:2\nask = verb:1\nverdict = harmful:1 harmless:1";
    private const string Words = "article = the the this\nbeast (animal) = dog/dogs cat/cats\nact = run/runs/ran sit/sits/sat\nadj-sad = blue grey\nadj-glad = gay\nsign-storm = cloud\nsign-calm = sun\nbig = flash";

    [Theory]
    [InlineData("the <beast> sat")]
    [InlineData("<article> <beast#p>")]
    [InlineData("the <beast#subject> <act#v> .")]
    [InlineData("the <beast#subject> [40 by the <beast#any> ] <be> <adj@tone> and <adj@tone> .")]
    [InlineData("the <beast#subject> <aux> {negation not <act#0> at all } .")]
    [InlineData("<-beast> and <-beast> [30 or more ]")]
    [InlineData("?sky a <sign@sky> ( x | y | z ) <sign@sky>")]
    [InlineData("{:r <beast> ( a | b ) } / :r.first :r.rest / <h=beast> $h")]
    public void The_probability_of_a_text_is_that_of_its_choices(string rule)
    {
        var texts = new Dictionary<string, (double Probability, double LogP)>();
        foreach (var (document, grammar, probability) in All(rule))
        {
            var text = WorldTokenizer.Text(grammar.Lexicon, document.Ids);
            texts[text] = (texts.GetValueOrDefault(text).Probability + probability, document.LogP.Sum());
        }
        Assert.Equal(1, texts.Values.Sum(text => text.Probability), 1e-12);
        Assert.All(texts, text => Assert.Equal(Math.Log(text.Value.Probability), text.Value.LogP, 1e-12));
    }

    [Fact]
    public void A_verb_agrees_with_its_subject_and_not_with_the_noun_between()
    {
        string[] texts = [.. All("!tense=present the <beast#subject> by the <beast#any> <act#v>").Select(entry => WorldTokenizer.Text(entry.Grammar.Lexicon, entry.Document.Ids))];
        Assert.Contains("the dog by the cats runs", texts);
        Assert.Contains("the dogs by the cat run", texts);
        Assert.DoesNotContain("the dogs by the cat runs", texts);
    }

    [Theory]
    [InlineData("the <beast#subject> by it <act#v> .", "plural-subject", "the dogs by it ran .", "0011100")]
    [InlineData("a <x=adj@tone> day", "tone-sad", "a blue day", "00111")]
    [InlineData("he did {negation not run } .", "negation", "he did not run .", "0001100")]
    [InlineData("{storm a } b", "storm", "a b", "0100")]
    [InlineData("{lightning a } b", "storm", "a b", "0100")]
    [InlineData("a <beast> ran", "animal", "a cat ran", "00100")]
    public void A_concept_holds_from_where_it_shows_to_where_it_ends(string rule, string concept, string text, string expected)
    {
        var (document, grammar, _) = All(rule).First(entry => WorldTokenizer.Text(entry.Grammar.Lexicon, entry.Document.Ids) == text);
        var number = grammar.Concepts[concept].Number;
        var holds = string.Concat(document.Truth.Select(set => set.Contains(number) ? '1' : '0'));
        Assert.Equal(expected[..Math.Min(expected.Length, holds.Length)], holds[..Math.Min(expected.Length, holds.Length)]);
    }

    [Fact]
    public void What_nothing_has_decided_yet_is_unknown()
    {
        var (document, grammar, _) = All("?tone a <adj@tone> day").First(entry => WorldTokenizer.Text(entry.Grammar.Lexicon, entry.Document.Ids) == "a gay day");
        Assert.Equal("01000", string.Concat(document.Unknown.Select(set => set.Contains(grammar.Concepts["tone-sad"].Number) ? '1' : '0')));
    }

    [Theory]
    [InlineData("the <dog>", "There is neither a rule nor a list 'dog'.")]
    [InlineData("the {calm sea }", "concepts.tsv has no 'calm'.")]
    [InlineData("the <adj@mood>", "variables.txt has no 'mood'.")]
    [InlineData("the ( a | b", "')' is missing.")]
    public void A_mistake_in_the_grammar_is_named(string rule, string message) => Assert.Equal(message, Assert.Throws<InvalidDataException>(() => Of(rule)).Message);

    private static WorldGrammar Of(string rule) => new(prefix => [(prefix, (prefix switch
    {
        "concepts" => Concepts,
        "variables" => Variables,
        "words" => Words,
        _ => $"document\n  !kind=story {rule}",
    }).Split('\n'))]);

    private static IEnumerable<(WorldDocument Document, WorldGrammar Grammar, double Probability)> All(string rule)
    {
        var (grammar, chance) = (Of(rule), new EnumeratedChance());
        var pen = new Pen(grammar.Lexicon, grammar.Concepts, grammar.Variables.Count, chance);
        do
        {
            pen.Start();
            grammar.Document.Write(pen);
            pen.Finish();
            yield return (pen.Document("story", null), grammar, chance.Probability);
        }
        while (chance.Advance());
    }
}
