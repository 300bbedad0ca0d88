using SaeSharp.Lab.Demo.World.Concepts;

namespace SaeSharp.Lab.Demo.World.Words;

/// <summary>The lists of <c>words*.txt</c>, the vocabulary, and the concepts that a word always has.</summary>
/// <remarks>A line is <c>dog-like (animal pet) = dog/dogs cat/cats ~pony/ponies</c>: a list, its concepts, its entries with their forms; ~ marks those that requests to learn from never ask about.</remarks>
internal sealed class Lexicon(ConceptTable concepts)
{
    public static readonly string[] Special = ["<pad>", "<bos>", "<eos>", "<unk>"];
    public const int Bos = 1, Eos = 2;

    private readonly Dictionary<string, WordList> _lists = [];
    private readonly Dictionary<string, int> _ids = Special.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
    private readonly List<string> _words = [.. Special];
    private readonly List<ConceptSet> _concepts = [.. Special.Select(_ => default(ConceptSet))];

    public IReadOnlyDictionary<string, WordList> Lists => _lists;

    /// <summary>The vocabulary by id.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>What a word always is.</summary>
    public ConceptSet ConceptsOf(int word) => _concepts[word];

    public void Read(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var open = line.IndexOf('(', StringComparison.Ordinal);
            if (open > equals) open = -1;
            var name = line[..(open < 0 ? equals : open)].Trim();
            var labels = default(ConceptSet);
            if (open >= 0)
                foreach (var label in line[(open + 1)..line.IndexOf(')', StringComparison.Ordinal)].Split(' ')) labels |= concepts.WithParents(concepts[label].Number);
            string[] entries = [.. line[(equals + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            int[][] forms = [.. entries.Select(entry => entry.TrimStart('~').Split('/').Select(word => Id(word, labels)).ToArray())];
            _lists.Add(name, new(name, forms, [.. entries.Select(entry => entry[0] == '~')]));
        }
    }

    /// <summary>The id of a word, which is new where it was not met before.</summary>
    public int Id(string word, ConceptSet labels = default)
    {
        if (!_ids.TryGetValue(word, out var id))
        {
            _ids.Add(word, id = _words.Count);
            _words.Add(word);
            _concepts.Add(default);
        }
        _concepts[id] |= labels;
        return id;
    }
}
