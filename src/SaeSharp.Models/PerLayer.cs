namespace SaeSharp.Models;

/// <summary>A setting that may differ from layer to layer.</summary>
/// <remarks>It is asked when a layer is built, so a config that claims a billion layers costs nothing before the weights contradict it.</remarks>
public sealed class PerLayer<T>
{
    private readonly Func<int, T> _at;

    /// <param name="at">The setting of each layer, counted from 0.</param>
    public PerLayer(Func<int, T> at) => _at = at;

    /// <summary>The setting of a layer.</summary>
    public T this[int layer] => _at(layer);

    /// <summary>The same for every layer.</summary>
    public static implicit operator PerLayer<T>(T value) => new(_ => value);
}
