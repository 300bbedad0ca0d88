using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models;

/// <summary>What a model remembers of one growing sequence: keys and values of every layer.</summary>
/// <remarks>
/// Runs with a state append their rows to it and give the bits of a run over the whole sequence. One run at a time. Its memory comes in pages as it grows, and
/// forks share the pages of their common beginning; layers with a sliding window let go of pages that no later row sees. Dispose it to give the pages back at once.
/// </remarks>
public sealed class DecodingState : IDisposable
{
    private readonly KeyValueCache[] _caches;

    /// <param name="model">The model whose runs it serves.</param>
    /// <param name="capacity">How many positions it can hold.</param>
    public DecodingState(Transformer model, int capacity) : this(Require(model), capacity, [])
    {
        var shape = model.Spec.Attention;
        _caches = new KeyValueCache[model.Spec.Layers];
        for (var i = 0; i < _caches.Length; i++) _caches[i] = new(Capacity, shape.KeyHeads, shape.DHead, model.ComputeType);
    }

    private DecodingState(Transformer model, int capacity, KeyValueCache[] caches) =>
        (Model, Capacity, _caches) = (model, OptionException.InRange(capacity, 1, model.Spec.Context), caches);

    /// <summary>How many positions fit.</summary>
    public int Capacity { get; }

    /// <summary>Positions held.</summary>
    public int Count { get; private set; }

    internal Transformer Model { get; }

    internal KeyValueCache Layer(int layer) => _caches[layer];

    /// <summary>A state of the same first <paramref name="count"/> positions that goes its own way from there.</summary>
    /// <param name="count">At most <see cref="Count"/>; fewer only where no layer has let go of positions that row <paramref name="count"/> would see.</param>
    /// <param name="capacity">How many positions it can hold.</param>
    public DecodingState Fork(int count, int capacity)
    {
        OptionException.InRange(count, 0, Count);
        if (!Reaches(count)) throw new ArgumentException($"The state of {Count} positions has let go of some that position {count} sees.", nameof(count));
        return new(Model, Math.Max(count, capacity), Array.ConvertAll(_caches, cache => cache.Fork(count, Math.Max(count, capacity)))) { Count = count };
    }

    /// <summary>Whether every position that row <paramref name="count"/> sees is still held.</summary>
    internal bool Reaches(int count)
    {
        for (var layer = 0; layer < _caches.Length; layer++)
            if (_caches[layer].First > Oldest(layer, count)) return false;
        return true;
    }

    public void Dispose()
    {
        foreach (var cache in _caches) cache.Dispose();
        Count = 0;
    }

    /// <summary>Keeps the rows a run appended, or with the old count forgets those of a run that failed.</summary>
    internal void Settle(int count)
    {
        for (var layer = 0; layer < _caches.Length; layer++)
        {
            _caches[layer].Truncate(count);
            _caches[layer].Forget(Oldest(layer, count));
        }
        Count = count;
    }

    /// <summary>The oldest position that row <paramref name="count"/> of a layer sees.</summary>
    private int Oldest(int layer, int count) => Model.Window(layer) is > 0 and var window ? Math.Max(0, count - window + 1) : 0;

    private static Transformer Require(Transformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model;
    }
}
