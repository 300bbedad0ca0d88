using System.Runtime.InteropServices;
using System.Text;
using SaeSharp.Models.Tokenizers.PreTokenizers;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tokenizers.Training;

/// <summary>Learns a byte-level BPE vocabulary (GPT-2's kind) from texts: again and again the commonest pair of neighbours within words becomes one token.</summary>
/// <remarks>
/// Sennrich et al. 2016, arXiv:1508.07909. Of pairs equally common, the one with the smaller ids comes first, as in Hugging Face's trainer; so the same texts give the same
/// vocabulary. Words are counted once, and a merge changes only the counts of pairs in words that hold it.
/// </remarks>
internal sealed class BytePairTrainer
{
    private const int Bytes = 256;
    private readonly Dictionary<string, long> _words = new(StringComparer.Ordinal);

    /// <summary>Counts the words of a text.</summary>
    public void Add(string text)
    {
        text = WellFormed.Of(text);
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = Gpt2Words.EndOf(text, start);
            CollectionsMarshal.GetValueRefOrAddDefault(_words, text[start..end], out _)++;
        }
    }

    /// <summary>Learns merges until there are <paramref name="size"/> tokens, or no pair is left.</summary>
    /// <param name="size">Tokens in all.</param>
    /// <param name="specials">Tokens that stand for no text; they get the first ids.</param>
    /// <exception cref="OptionException">The size has no room for every byte.</exception>
    public LearntVocabulary Learn(int size, params IReadOnlyList<string> specials)
    {
        if (size < Bytes + specials.Count) throw OptionException.Invalid($"A vocabulary of {size} tokens has no room for {Bytes} bytes and {specials.Count} special tokens.", $"Give at least {Bytes + specials.Count}.");
        List<string> tokens = [.. specials, .. Enumerable.Range(0, Bytes).Select(value => ByteAlphabet.Of((byte)value)).Order().Select(letter => letter.ToString())];
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (id, token) in tokens.Index()) ids[token] = id;
        var (merges, words) = (new List<(string, string)>(), Spell(ids));
        var pairs = new PairCounts(words);
        while (tokens.Count < size && pairs.TakeCommonest() is { } pair)
        {
            var (left, right) = (tokens[pair.Left], tokens[pair.Right]);
            merges.Add((left, right));
            if (!ids.TryGetValue(left + right, out var id))
            {
                ids[left + right] = id = tokens.Count;
                tokens.Add(left + right);
            }
            pairs.Merge(pair, id);
        }
        return new(tokens, merges, specials);
    }

    private List<CountedWord> Spell(Dictionary<string, int> ids)
    {
        var byteIds = new int[Bytes];
        for (var value = 0; value < Bytes; value++) byteIds[value] = ids[ByteAlphabet.Of((byte)value).ToString()];
        return [.. _words.OrderBy(word => word.Key, StringComparer.Ordinal).Select(word => new CountedWord([.. Encoding.UTF8.GetBytes(word.Key).Select(value => byteIds[value])], word.Value))];
    }
}

/// <summary>A vocabulary that was learnt.</summary>
/// <param name="Tokens">Tokens by id.</param>
/// <param name="Merges">Pairs, first learnt first.</param>
/// <param name="Specials">Tokens that stand for no text.</param>
internal sealed record LearntVocabulary(IReadOnlyList<string> Tokens, IReadOnlyList<(string Left, string Right)> Merges, IReadOnlyList<string> Specials);
