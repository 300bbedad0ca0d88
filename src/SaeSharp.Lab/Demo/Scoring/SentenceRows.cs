using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Numerics;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Demo.Scoring;

/// <summary>Rows of tokens made rows of sentences: a sentence has what one of its tokens has, a latent's value is its largest, an activation their mean.</summary>
internal sealed class SentenceRows
{
    private readonly List<int> _ends = []; // row after the last of each sentence
    private int _tokens;

    /// <summary>Adds a text's tokens; a sentence ends after a sign that ends one, and with the text.</summary>
    public void Add(ReadOnlySpan<int> ids, Func<int, bool> endsSentence)
    {
        var start = _tokens;
        for (var i = 0; i < ids.Length; i++)
            if (endsSentence(ids[i]) || i == ids.Length - 1) _ends.Add(start + i + 1);
        _tokens = start + ids.Length;
    }


    public int Count => _ends.Count;

    public ConceptLabels Pool(ConceptLabels labels)
    {
        var (truth, unknown) = (new ConceptSet[Count], new ConceptSet[Count]);
        foreach (var (sentence, start, end) in All())
        {
            for (var row = start; row < end; row++)
            {
                truth[sentence] |= labels.Truth[row];
                unknown[sentence] |= labels.Unknown[row];
            }
            unknown[sentence] &= ~truth[sentence];
        }
        return new(truth, unknown, labels.Concepts);
    }

    public Tensor Pool(Tensor x)
    {
        var pooled = Tensor.Zeros(DType.F32, Count, x.Columns);
        foreach (var (sentence, start, end) in All())
        {
            var into = pooled.Row<float>(sentence);
            for (var row = start; row < end; row++)
            {
                var values = x.Row<float>(row);
                for (var i = 0; i < into.Length; i++) into[i] += values[i] / (end - start);
            }
        }
        return pooled;
    }

    public SparseCodes Pool(SparseCodes codes)
    {
        var (starts, latents, values, largest) = (new List<int> { 0 }, new List<int>(), new List<float>(), new SortedDictionary<int, float>());
        foreach (var (_, start, end) in All())
        {
            largest.Clear();
            for (var row = start; row < end; row++)
            {
                var indices = codes.RowIndices(row);
                var found = codes.RowValues(row);
                for (var i = 0; i < indices.Length; i++)
                    if (found[i] > largest.GetValueOrDefault(indices[i])) largest[indices[i]] = found[i];
            }
            latents.AddRange(largest.Keys);
            values.AddRange(largest.Values);
            starts.Add(latents.Count);
        }
        return new(codes.DSae, [.. starts], [.. latents], [.. values]);
    }

    private IEnumerable<(int Sentence, int Start, int End)> All()
    {
        for (var i = 0; i < _ends.Count; i++) yield return (i, i == 0 ? 0 : _ends[i - 1], _ends[i]);
    }
}
