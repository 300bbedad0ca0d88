using System.Text;
using SaeSharp.Models.Tokenizers.Unicode;

namespace SaeSharp.Models.Tests.Tokenizers;

/// <summary>Writes small character maps in sentencepiece's layout, a double array.</summary>
internal static class CharacterMaps
{
    /// <summary>The map of some rules.</summary>
    public static CharacterMap Of(params (string From, string To)[] rules) => CharacterMap.TryRead(Write(rules), out var reason) ?? throw new InvalidOperationException(reason);

    public static byte[] Write(params (string From, string To)[] rules)
    {
        var texts = new List<byte>();
        var values = rules.ToDictionary(rule => Encoding.UTF8.GetBytes(rule.From), rule =>
        {
            var at = texts.Count;
            texts.AddRange([.. Encoding.UTF8.GetBytes(rule.To), 0]);
            return at;
        });
        // One block of 256 units a state: simple, and the offset of a state is never needed by another.
        var units = new List<uint>(new uint[256]);
        Place(0, 0, [.. values.Select(value => (value.Key, value.Value))]);
        var bytes = new List<byte>(BitConverter.GetBytes((uint)units.Count * sizeof(uint)));
        foreach (var unit in units) bytes.AddRange(BitConverter.GetBytes(unit));
        return [.. bytes, .. texts];

        void Place(int node, int depth, (byte[] Key, int Value)[] keys)
        {
            var block = units.Count;
            units.AddRange(new uint[256]);
            units[node] |= (uint)(block ^ node) << 10;
            foreach (var end in keys.Where(key => key.Key.Length == depth))
            {
                units[node] |= 1 << 8;
                units[block] = 1u << 31 | (uint)end.Value;
            }
            foreach (var group in keys.Where(key => key.Key.Length > depth).GroupBy(key => key.Key[depth]))
            {
                units[block ^ group.Key] = group.Key;
                Place(block ^ group.Key, depth + 1, [.. group]);
            }
        }
    }
}
