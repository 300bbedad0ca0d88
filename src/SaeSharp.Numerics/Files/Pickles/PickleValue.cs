using System.Numerics;

namespace SaeSharp.Numerics.Files.Pickles;

/// <summary>What a pickle holds, as data: the closed set of things that a reader which runs nothing can make.</summary>
/// <remarks>Checked when a file is opened: at most 64 levels deep, nothing inside itself, and no larger in full than the file may cost, so that it may be walked freely.</remarks>
public abstract record PickleValue
{
    private PickleValue() { }

    /// <summary>None.</summary>
    public sealed record Null : PickleValue
    {
        internal static readonly Null Value = new();
    }

    /// <summary>True or False.</summary>
    public sealed record Boolean(bool Value) : PickleValue
    {
        internal static readonly Boolean True = new(true), False = new(false);
    }

    /// <summary>A whole number of any size.</summary>
    public sealed record Integer(BigInteger Value) : PickleValue
    {
        private static readonly Integer[] Small = [.. Enumerable.Range(0, 256).Select(i => new Integer(i))];

        public bool Equals(Integer? other) => other is not null && Value == other.Value;

        /// <summary>Seeded: keys of a hostile file cannot be chosen to collide.</summary>
        public override int GetHashCode() => HashCode.Combine(Value);

        internal static Integer Of(int value) => (uint)value < (uint)Small.Length ? Small[value] : new(value);

        /// <summary>The number, where 64 bits hold it.</summary>
        public bool TryInt64(out long value)
        {
            var fits = Value >= long.MinValue && Value <= long.MaxValue;
            value = fits ? (long)Value : 0;
            return fits;
        }
    }

    /// <summary>A float.</summary>
    public sealed record Number(double Value) : PickleValue
    {
        public bool Equals(Number? other) => other is not null && Value.Equals(other.Value);

        /// <inheritdoc cref="Integer.GetHashCode"/>
        public override int GetHashCode()
        {
            var bits = BitConverter.DoubleToInt64Bits(double.IsNaN(Value) ? double.NaN : Value + 0.0); // -0 equals 0
            return HashCode.Combine((int)bits, (int)(bits >> 32));
        }
    }

    /// <summary>A string; also what <c>torch.device</c> names.</summary>
    public sealed record Text(string Value) : PickleValue;

    /// <summary>bytes.</summary>
    public sealed record Bytes(ReadOnlyMemory<byte> Value) : PickleValue;

    /// <summary>A tuple; also <c>torch.Size</c>. Equal where its items are.</summary>
    public sealed record Tuple : PickleValue
    {
        internal static readonly Tuple Empty = new([]);

        internal Tuple(PickleValue[] parts) => Parts = parts;

        internal PickleValue[] Parts { get; }

        public IReadOnlyList<PickleValue> Items => Parts;

        public bool Equals(Tuple? other) => other is not null && Parts.AsSpan().SequenceEqual(other.Parts);

        public override int GetHashCode() => Parts.Aggregate(Parts.Length, HashCode.Combine);
    }

    /// <summary>A list.</summary>
    public sealed record List : PickleValue
    {
        internal List<PickleValue> Parts { get; } = [];

        public IReadOnlyList<PickleValue> Items => Parts;
    }

    /// <summary>A dict or OrderedDict, in its order. Keys are texts, numbers, booleans, None and tuples of them.</summary>
    public sealed record Dictionary : PickleValue
    {
        internal OrderedDictionary<PickleValue, PickleValue> Pairs { get; } = [];

        public IReadOnlyDictionary<PickleValue, PickleValue> Items => Pairs;

        /// <summary>The value under a text key; null where there is none.</summary>
        public PickleValue? this[string key] => Pairs.GetValueOrDefault(new Text(key));
    }

    /// <summary>A <c>torch.dtype</c>, under its own name: <c>torch.float16</c>. While a pickle is read, also any other global of the allow-list.</summary>
    public sealed record Symbol(string Name) : PickleValue;

    /// <summary>A tensor or parameter; it is read when asked for.</summary>
    public sealed record Tensor(StoredTensor Value) : PickleValue;

    /// <summary>The bytes tensors look into; only while a pickle is read.</summary>
    internal sealed record Storage(TorchStorage Value) : PickleValue;
}
