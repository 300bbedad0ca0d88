using CsCheck;
using SaeSharp.Models.Tokenizers.Models;
using SaeSharp.Models.Tokenizers.Reading;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>The queue of merges gives what its naive twin gives: look for the best pair from the start, merge it, begin again.</summary>
public class MergerTests
{
    [Fact]
    public void A_word_merges_like_a_search_from_the_start()
    {
        // Random vocabularies over two letters: every way to build a token has a rank, so merges compete for the same letters.
        Gen.Select(Gen.Int[0, 1].Array[0, 40], Gen.Int[0, 1000].Array[30]).Sample((letters, order) =>
        {
            string[] tokens = [.. from length in new[] { 1, 2, 3, 4 } from bits in Enumerable.Range(0, 1 << length) select Spell(bits, length)];
            var vocabulary = new Vocabulary(tokens.Select((token, id) => (token, id)).ToDictionary(row => row.token, row => row.id));
            var splits = tokens.SelectMany(token => Enumerable.Range(1, token.Length - 1).Select(at => $"{token[..at]} {token[at..]}")).ToArray();
            var lines = splits.Select((line, i) => (line, key: order[i % order.Length] ^ i)).OrderBy(row => row.key).Select(row => row.line).Take(order[0] % splits.Length);
            var merges = MergeTable.Read("merges", lines, vocabulary);

            var symbols = letters.Select(letter => new Symbol(letter, 1)).ToArray();
            Merger.Merge(symbols, merges);
            Assert.Equal(Naive([.. letters], merges), symbols.Where(symbol => symbol.Bytes > 0).Select(symbol => symbol.Id));
        });

        static string Spell(int bits, int length) => string.Concat(Enumerable.Range(0, length).Select(i => (bits >> i & 1) == 0 ? 'a' : 'b'));
    }

    [Fact]
    public void A_document_in_sections_has_the_tokens_of_the_document_as_a_whole()
    {
        var model = JsonField.Read(Path.Combine(Fixtures.Folder("byte-fallback"), "tokenizer.json"))["model"];
        var bpe = Kinds.Models.Read(model);
        var merges = MergeTable.Read(model["merges"], Vocabulary.Read(model["vocab"]), "");
        Texts.Plain.Select(text => string.Concat(text.Select(unit => bpe.IdOf([unit]) is null ? '▁' : unit))).Sample(text =>
        {
            var tokens = new List<ModelToken>();
            bpe.Tokenize(text, tokens);
            Assert.Equal(Naive([.. text.Select(unit => bpe.IdOf([unit])!.Value)], merges), tokens.Select(token => token.Id));
        });
    }

    [Fact]
    public void A_chain_in_windows_has_the_tokens_of_the_chain_as_a_whole()
    {
        // Every merge competes, some ranks fall as others are applied.
        Gen.Select(Gen.Int[0, 2].Array[0, 1_000], Gen.Int[0, 1000].Array[12]).Sample((letters, order) =>
        {
            string[] tokens = ["a", "b", "c", "ab", "ba", "aa", "abc", "aba", "aaaa", "abab", "ca"];
            var vocabulary = new Vocabulary(tokens.Select((token, id) => (token, id)).ToDictionary(row => row.token, row => row.id));
            string[] splits = ["a b", "b a", "a a", "ab c", "a ba", "ab a", "aa aa", "ab ab", "c a", "aba b"];
            var lines = splits.Select((line, i) => (line, key: order[i])).OrderBy(row => row.key).Select(row => row.line);
            var merges = MergeTable.Read("merges", lines, vocabulary);
            var naive = Naive([.. letters], merges);
            foreach (var size in new[] { 16, 64, 1024 })
            {
                if (InWindows(letters, merges, size) is { } ids) Assert.Equal(naive, ids);
                else Assert.True(size < letters.Length);
            }
        });
    }

    [Fact]
    public void Windows_of_a_usual_size_always_settle_a_chain_of_one_letter()
    {
        string[] tokens = ["a", "aa", "aaaa", "aaaaaaaa", "aaa"];
        var vocabulary = new Vocabulary(tokens.Select((token, id) => (token, id)).ToDictionary(row => row.token, row => row.id));
        var merges = MergeTable.Read("merges", ["a a", "aa aa", "aaaa aaaa", "aa a"], vocabulary);
        foreach (var length in new[] { 4_095, 4_096, 4_103, 10_000 })
            Assert.Equal(Naive([.. new int[length]], merges), InWindows(new int[length], merges, ChainWindow<Symbol>.SmallestSize));
    }

    [Fact]
    public void A_chain_whose_end_decides_how_it_begins_is_merged_in_larger_windows()
    {
        // Each pair of neighbours makes a token, the later the sooner: from the end, two by two, back to the start.
        var letters = Enumerable.Range(0, ChainWindow<Symbol>.SmallestSize + 1001).Select(i => (char)(0x4E00 + i)).ToArray();
        string[] tokens = [.. letters.Select(letter => $"{letter}"), .. letters.Zip(letters.Skip(1), (left, right) => $"{left}{right}")];
        var vocabulary = new Vocabulary(tokens.Select((token, id) => (token, id)).ToDictionary(row => row.token, row => row.id));
        var merges = MergeTable.Read("merges", letters.Zip(letters.Skip(1), (left, right) => $"{left} {right}").Reverse(), vocabulary);
        Assert.Null(InWindows([.. Enumerable.Range(0, letters.Length)], merges, ChainWindow<Symbol>.SmallestSize));

        var found = new List<ModelToken>();
        new Bpe(vocabulary, merges, new()).Tokenize(letters, found);
        Assert.Equal([(0, 1), .. Enumerable.Range(0, letters.Length / 2).Select(i => (2 * i + 1, 2 * i + 3))], found.Select(token => (token.Start, token.End)));
    }

    [Fact]
    public void The_queue_gives_the_lowest_rank_first_and_of_equals_the_leftmost() =>
        Gen.Select(Gen.Int[0, 20].Array[0, 300], Gen.Int[0, 20].Array[0, 300]).Sample((before, after) =>
        {
            var queue = new MergeQueue(stackalloc ulong[4]);
            for (var i = 0; i < before.Length; i++) queue.Append(before[i], i);
            queue.Order();
            for (var i = 0; i < after.Length; i++) queue.Push(after[i], before.Length + i);
            var popped = new List<(int Rank, int Position)>();
            while (queue.Count > 0) popped.Add(queue.Pop());
            queue.Dispose();
            Assert.Equal(before.Concat(after).Select((rank, position) => (rank, position)).Order(), popped);
        });

    /// <summary>The tokens as windows of a size give them; null where they are too small.</summary>
    private static List<int>? InWindows(int[] letters, MergeTable merges, int size)
    {
        var ids = new List<int>();
        using var window = new ChainWindow<Symbol>(size);
        for (var read = 0; ;)
        {
            var written = Math.Min(window.Free.Length, letters.Length - read);
            for (var i = 0; i < written; i++) window.Free[i] = new(letters[read + i], 1);
            read += written;
            window.Advance(written);
            Merger.MergeInPlace(window.ToMerge(read == letters.Length), merges);
            if (!window.TrySettle(read == letters.Length, out var settled)) return null;
            foreach (var symbol in settled)
            {
                if (!symbol.IsMerged) ids.Add(symbol.Id);
            }
            if (read == letters.Length) return ids;
        }
    }

    private static List<int> Naive(List<int> ids, MergeTable merges)
    {
        while (true)
        {
            var best = -1;
            for (var i = 0; i + 1 < ids.Count; i++)
            {
                var rank = merges.RankOf(ids[i], ids[i + 1]);
                if (rank >= 0 && (best < 0 || rank < merges.RankOf(ids[best], ids[best + 1]))) best = i;
            }
            if (best < 0) return ids;
            ids[best] = merges.ResultOf(merges.RankOf(ids[best], ids[best + 1]));
            ids.RemoveAt(best + 1);
        }
    }
}
