using System.Numerics.Tensors;

namespace SaeSharp.Lab.Searching;

/// <summary>Ranks short texts by what their words mean to a language model: <c>ocean</c> finds <c>sea</c> where the model says both in the same places.</summary>
/// <remarks>A text's score is how much of the query it covers, as in <see cref="SpellingRanking"/>: for each word of the query the largest cosine with a word of the text, averaged by weight.</remarks>
internal sealed class MeaningRanking
{
    private const double Least = 0.35; // of centred vectors; what is below is no nearer than words of one part of speech
    private readonly WordRanking _words;
    private readonly WordVectors _vectors;
    private readonly float[]?[] _vocabulary;

    public MeaningRanking(WordRanking words, WordVectors vectors) => (_words, _vectors, _vocabulary) = (words, vectors, [.. words.Vocabulary.AsParallel().AsOrdered().Select(vectors.Of)]);

    /// <summary>The texts whose words mean most like the query's, best first.</summary>
    public IReadOnlyList<int> Rank(IReadOnlyList<string> query, bool[] allowed, int top)
    {
        var covered = new Dictionary<int, double>();
        var total = query.Sum(word => _words.Weight(_words.Find(word)));
        foreach (var asked in query)
        {
            if (_vectors.Of(asked) is not { } vector) continue;
            var (best, weight) = (new Dictionary<int, double>(), _words.Weight(_words.Find(asked)) / total);
            for (var word = 0; word < _vocabulary.Length; word++)
            {
                if (_vocabulary[word] is not { } other || TensorPrimitives.Dot<float>(vector, other) is var cosine && cosine < Least) continue;
                foreach (var text in _words.TextsWith(word))
                    if (allowed[text]) best[text] = Math.Max(best.GetValueOrDefault(text), cosine);
            }
            foreach (var (text, cosine) in best) covered[text] = covered.GetValueOrDefault(text) + weight * cosine;
        }
        var found = new Best<int>(top);
        foreach (var (text, score) in covered.OrderBy(entry => entry.Key)) found.Offer(text, score);
        return [.. found.Take().OrderByDescending(entry => entry.Score).ThenBy(entry => entry.Item).Select(entry => entry.Item)];
    }
}
