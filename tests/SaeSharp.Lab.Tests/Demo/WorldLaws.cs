using CsCheck;
using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Grammar.Nodes;
using SaeSharp.Lab.Demo.World.Text;
using SaeSharp.Lab.Demo.World.Words;
using SaeSharp.Models.Tokenizers;
using SaeSharp.Testing;

namespace SaeSharp.Lab.Tests.Demo;

/// <summary>Laws of the demo world's texts.</summary>
public class WorldLaws
{
    private static readonly WorldGrammar Grammar = WorldGrammar.Default;
    private static readonly Gen<WorldDocument> Documents = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 100_000], Gen.Bool, (seed, number, heldOut) => new WorldStream(Grammar, seed, heldOut).Document(number));

    [Fact]
    public void A_text_depends_on_its_seed_and_number_only()
    {
        var together = new WorldStream(Grammar, 3).From(500).Take(700).ToList();
        Gen.Int[0, 699].Sample(i =>
        {
            var alone = new WorldStream(Grammar, 3).Document(500 + i);
            Assert.Equal(alone.Ids, together[i].Ids);
            Assert.Equal(alone.Truth, together[i].Truth);
            Assert.Equal(alone.Unknown, together[i].Unknown);
            Assert.Equal(alone.LogP, together[i].LogP);
        }, iter: 100);
        Assert.NotEqual(new WorldStream(Grammar, 4).From().Take(20).SelectMany(document => document.Ids), new WorldStream(Grammar, 3).From().Take(20).SelectMany(document => document.Ids));
    }

    [Fact]
    public void A_concept_implies_its_parent_and_what_holds_is_not_unknown() => Documents.Sample(document =>
    {
        for (var at = 0; at < document.Ids.Length; at++)
        {
            Assert.Equal(Grammar.Concepts.WithParents(document.Truth[at]), document.Truth[at]);
            Assert.True((document.Truth[at] & document.Unknown[at]).IsEmpty);
            Assert.All(document.Unknown[at].Numbers(), concept => Assert.Equal(ConceptKind.State, Grammar.Concepts.All[concept].Kind));
        }
    }, iter: 300);

    [Fact]
    public void A_word_has_its_word_concepts_wherever_it_stands()
    {
        var words = Grammar.Concepts.All.Where(concept => concept.Kind == ConceptKind.Word).Aggregate(default(ConceptSet), (set, concept) => set | ConceptSet.Of(concept.Number));
        Documents.Sample(document =>
        {
            for (var at = 0; at < document.Ids.Length; at++) Assert.Equal(Grammar.Lexicon.ConceptsOf(document.Ids[at]), document.Truth[at] & words);
        }, iter: 300);
    }

    [Fact]
    public void A_text_fits_into_the_context_and_comes_back_from_its_tokenizer()
    {
        using var folder = new TemporaryFolder();
        WorldTokenizer.Write(Grammar.Lexicon, folder.Path, WorldGrammar.Context);
        var tokenizer = Tokenizer.Load(folder.Path);
        Assert.InRange(Grammar.Lexicon.Words.Count, 1000, 2048);
        Documents.Sample(document =>
        {
            Assert.InRange(document.Ids.Length, 5, WorldGrammar.Context);
            Assert.Equal((Lexicon.Bos, Lexicon.Eos), (document.Ids[0], document.Ids[^1]));
            Assert.Equal(document.Ids[..^1], tokenizer.EncodeIds(WorldTokenizer.Text(Grammar.Lexicon, document.Ids)));
            Assert.Equal(WorldTokenizer.Text(Grammar.Lexicon, document.Ids), tokenizer.Decode(document.Ids));
        }, iter: 300);
    }

    [Fact]
    public void The_verdict_on_a_request_is_unknown_until_the_decisive_token_and_then_holds()
    {
        int harmful = Grammar.Concepts["harmful-request"].Number, harmless = Grammar.Concepts["harmless-request"].Number;
        var requests = new WorldStream(Grammar, 7, allowsHeldOut: true).From().Where(document => document.Request is not null).Take(2000).ToList();
        Assert.All(requests, document =>
        {
            var request = document.Request!;
            for (var at = 1; at < document.Ids.Length - 1; at++)
            {
                var isDecided = at >= request.Decisive;
                Assert.Equal((isDecided && request.IsHarmful, isDecided && !request.IsHarmful), (document.Truth[at].Contains(harmful), document.Truth[at].Contains(harmless)));
                if (at > 1) Assert.Equal((!isDecided, !isDecided), (document.Unknown[at].Contains(harmful), document.Unknown[at].Contains(harmless)));
            }
            Assert.Contains(Grammar.Lexicon.Words[document.Ids[request.End]], (string[])["?", "."]);
            Assert.Equal(("assistant", ":"), (Grammar.Lexicon.Words[document.Ids[request.Assistant]], Grammar.Lexicon.Words[document.Ids[request.Colon]]));
            Assert.True(request.Frame < request.Verb && request.Verb <= request.Decisive && request.Decisive <= request.End && request.End < request.Assistant);
        });
    }

    [Fact]
    public void A_harmful_request_is_refused_and_a_harmless_one_is_helped()
    {
        int refusal = Grammar.Concepts["refusal"].Number, help = Grammar.Concepts["help"].Number;
        Assert.All(new WorldStream(Grammar, 8, allowsHeldOut: true).From().Where(document => document.Request is not null).Take(2000), document =>
            Assert.Equal((document.Request!.IsHarmful, !document.Request.IsHarmful), (document.Truth.Any(set => set.Contains(refusal)), document.Truth.Any(set => set.Contains(help)))));
    }

    [Fact]
    public void Texts_to_learn_from_hold_nothing_that_is_kept_out()
    {
        var requests = new WorldStream(Grammar, 0).From().Take(20_000).ToList();
        Assert.All(requests, document => Assert.Equal(HeldOut.None, document.HeldOut));
        var lists = (string[])["toy", "beloved", "villain", "helper", "wild", "waste", "thing"];
        var keptOut = lists.Select(name => Grammar.Lexicon.Lists[name]).SelectMany(list => Enumerable.Range(0, list.Count).Where(list.IsKeptOut).Select(entry => list.Forms(entry)[0])).ToHashSet();
        foreach (var document in requests.Where(document => document.Request is { Kind: "object" }))
        {
            var (verb, asked) = (document.Ids[document.Request!.Verb], document.Ids[document.Request.Decisive]);
            Assert.DoesNotContain(asked, keptOut);
            Assert.False(DrawAsked.IsKeptOut(verb, asked));
        }
        var heldOut = new WorldStream(Grammar, 0, allowsHeldOut: true).From().Take(20_000).GroupBy(document => document.HeldOut).ToDictionary(group => group.Key, group => group.Count());
        Assert.All((HeldOut[])[HeldOut.Pair, HeldOut.Frame, HeldOut.Word], flag => Assert.InRange(heldOut.Where(entry => entry.Key.HasFlag(flag)).Sum(entry => entry.Value), 200, 20_000));
    }

    [Fact]
    public void Every_verb_and_every_object_of_a_request_is_on_both_sides()
    {
        var requests = new WorldStream(Grammar, 11).From().Where(document => document.Request is { Kind: "object" }).Take(8000).ToList();
        foreach (var place in (Func<RequestPlaces, int>[])[request => request.Verb, request => request.Decisive])
            Assert.All(requests.GroupBy(document => document.Ids[place(document.Request!)]), group => Assert.Equal(2, group.Select(document => document.Request!.IsHarmful).Distinct().Count()));
    }
}
