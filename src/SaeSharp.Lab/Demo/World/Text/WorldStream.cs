using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Words;

namespace SaeSharp.Lab.Demo.World.Text;

/// <summary>The texts of one seed, without end. Text n depends on the seed and n only, so any part can be made alone and by any thread.</summary>
/// <param name="grammar">The language.</param>
/// <param name="seed">The seed.</param>
/// <param name="allowsHeldOut">Whether texts may hold the pairs, words and ways of asking that texts to learn from never have.</param>
internal sealed class WorldStream(WorldGrammar grammar, long seed, bool allowsHeldOut = false)
{
    private const int Chunk = 256;

    /// <summary>One text.</summary>
    public WorldDocument Document(long number) => new Writer(grammar, seed, allowsHeldOut).Write(number);

    /// <summary>The texts from <paramref name="first"/> on, made by as many threads as there are cores, in order.</summary>
    public IEnumerable<WorldDocument> From(long first = 0) => Chunks(first).AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered).SelectMany(start =>
    {
        var writer = new Writer(grammar, seed, allowsHeldOut);
        return Enumerable.Range(0, Chunk).Select(i => writer.Write(start + i));
    });

    /// <summary>Whole texts from <paramref name="first"/> on until <paramref name="tokens"/> are reached.</summary>
    public IEnumerable<WorldDocument> Take(long tokens, long first = 0)
    {
        foreach (var document in From(first))
        {
            yield return document;
            if ((tokens -= document.Ids.Length) <= 0) yield break;
        }
    }

    private static IEnumerable<long> Chunks(long first)
    {
        for (var start = first; ; start += Chunk) yield return start;
    }

    /// <summary>Writes one text after another with one pen.</summary>
    private sealed class Writer
    {
        private readonly WorldGrammar _grammar;
        private readonly long _seed;
        private readonly SeededChance _chance = new();
        private readonly Pen _pen;
        private readonly StateVariable _kind, _ask, _verdict;

        public Writer(WorldGrammar grammar, long seed, bool allowsHeldOut)
        {
            (_grammar, _seed) = (grammar, seed);
            (_kind, _ask, _verdict) = (grammar.Variables["kind"], grammar.Variables["ask"], grammar.Variables["verdict"]);
            _pen = new(grammar.Lexicon, grammar.Concepts, grammar.Variables.Count, _chance) { AllowsHeldOut = allowsHeldOut };
        }

        public WorldDocument Write(long number)
        {
            _chance.Start(_seed, number);
            _pen.Start();
            _grammar.Document.Write(_pen);
            var (kind, request) = (_kind.Values[_pen.Value(_kind)], Request());
            _pen.Finish();
            return _pen.Document(kind, request);
        }

        private RequestPlaces? Request()
        {
            int Place(PlaceMark mark) => _pen.Marks[(int)mark];
            if (_pen.Value(_ask) == Pen.Undrawn) return null;
            return new(
                _ask.Values[_pen.Value(_ask)], _pen.Value(_verdict) == 0, Place(PlaceMark.Ask) - 1, Place(PlaceMark.Verb), Place(PlaceMark.Decisive), Place(PlaceMark.End),
                Place(PlaceMark.Assistant), Place(PlaceMark.Assistant) + 1, Place(PlaceMark.Tail) >= 0);
        }
    }
}
