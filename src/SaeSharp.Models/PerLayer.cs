namespace SaeSharp.Models;

/// <summary>A setting that may differ from layer to layer.</summary>
/// <remarks>It is asked when a layer is built, so a config that claims a billion layers costs nothing before the weights contradict it.</remarks>
public sealed class PerLayer<T> : IEquatable<PerLayer<T>>
{
    private readonly Func<int, T>? _at;
    private readonly T? _same;

    /// <param name="at">The setting of each layer, counted from 0.</param>
    public PerLayer(Func<int, T> at) => _at = at;

    private PerLayer(T same) => _same = same;

    /// <summary>The setting of a layer.</summary>
    public T this[int layer] => _at is null ? _same! : _at(layer);

    /// <summary>The same for every layer.</summary>
    public static implicit operator PerLayer<T>(T value) => new(value);

    /// <summary>Whether both are known to be the same; settings that differ from layer to layer are only equal to themselves.</summary>
    public bool Equals(PerLayer<T>? other) => other is not null && _at == other._at && (_at is not null || EqualityComparer<T>.Default.Equals(_same, other._same));

    public override bool Equals(object? obj) => Equals(obj as PerLayer<T>);

    public override int GetHashCode() => _at is null ? EqualityComparer<T>.Default.GetHashCode(_same!) : _at.GetHashCode();
}
