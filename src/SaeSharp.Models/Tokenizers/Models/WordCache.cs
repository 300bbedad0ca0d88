using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SaeSharp.Models.Tokenizers.Models;

/// <summary>Remembers the tokens of words. Of fixed size: a new word takes the place of an older one. Safe to use from several threads.</summary>
internal sealed class WordCache
{
    /// <summary>Longer words are seldom seen again.</summary>
    public const int LongestWord = 48;

    private const int MostTokens = 24;
    private const int Slots = 1 << 16;

    private readonly Entry?[] entries = new Entry?[Slots];

    private sealed record Entry(uint Hash, string Word, ModelToken[] Tokens);

    /// <summary>The tokens of a word of <paramref name="hash"/>, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ModelToken[]? Find(ReadOnlySpan<char> word, uint hash) =>
        Is(entries[hash % Slots], word, hash) ?? Is(entries[(hash % Slots) ^ 1], word, hash);

    public void Add(ReadOnlySpan<char> word, uint hash, ModelToken[] tokens)
    {
        if (word.Length > LongestWord || tokens.Length > MostTokens) return;
        var slot = hash % Slots;
        if (entries[slot] is not null && entries[slot ^ 1] is null) slot ^= 1;
        entries[slot] = new(hash, word.ToString(), tokens);
    }

    /// <summary>A hash of the word's units, eight bytes at a time.</summary>
    public static uint HashOf(ReadOnlySpan<char> word)
    {
        const ulong odd = 0x9E3779B97F4A7C15;   // 2⁶⁴ over the golden ratio
        var hash = (ulong)word.Length * odd;
        var rest = word;
        for (; rest.Length >= 4; rest = rest[4..]) hash = (hash ^ MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(rest))) * odd ^ hash >> 29;
        foreach (var unit in rest) hash = (hash ^ unit) * odd ^ hash >> 31;
        return (uint)(hash >> 32) ^ (uint)(hash >> 7);
    }

    private static ModelToken[]? Is(Entry? entry, ReadOnlySpan<char> word, uint hash) =>
        entry is not null && entry.Hash == hash && word.SequenceEqual(entry.Word) ? entry.Tokens : null;
}
