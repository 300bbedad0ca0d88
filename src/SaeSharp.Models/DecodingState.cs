namespace SaeSharp.Models;

/// <summary>What a model remembers of one growing sequence: keys and values of every layer, or what a layer has in their place.</summary>
/// <remarks>
/// Runs with a state append their rows to it and give the bits of a run over the whole sequence. One run at a time. Keys and values come in pages as it grows, and
/// forks share the pages of their common beginning; layers with a sliding window let go of pages that no later row sees. Layers of linear attention keep a state
/// of fixed size, which a fork copies. Dispose it to give the memory back at once.
/// </remarks>
public sealed class DecodingState : IDisposable
{
    private readonly LayerMemory[] _layers;

    /// <param name="model">The model whose runs it serves.</param>
    /// <param name="capacity">How many positions it can hold.</param>
    public DecodingState(Transformer model, int capacity) : this(Require(model), capacity, new LayerMemory[model.Spec.Layers])
    {
        for (var i = 0; i < _layers.Length; i++) _layers[i] = LayerMemory.Of(model, i, Capacity);
    }

    private DecodingState(Transformer model, int capacity, LayerMemory[] layers) =>
        (Model, Capacity, _layers) = (model, OptionException.InRange(capacity, 1, model.Spec.Context), layers);

    /// <summary>How many positions fit.</summary>
    public int Capacity { get; }

    /// <summary>Positions held.</summary>
    public int Count { get; private set; }

    internal Transformer Model { get; }

    /// <summary>Bytes of what it remembers; what forks share counts for each.</summary>
    internal long Bytes => _layers.Sum(layer => layer.Bytes);

    internal LayerMemory Layer(int layer) => _layers[layer];

    /// <summary>A state of the same first <paramref name="count"/> positions that goes its own way from there.</summary>
    /// <param name="count">At most <see cref="Count"/>; fewer only where no layer has let go of positions that row <paramref name="count"/> would see. Linear attention has always let go: there, all or none.</param>
    /// <param name="capacity">How many positions it can hold.</param>
    public DecodingState Fork(int count, int capacity)
    {
        OptionException.InRange(count, 0, Count);
        if (!Reaches(count)) throw new ArgumentException($"The state of {Count} positions has let go of some that position {count} sees.", nameof(count));
        return new(Model, Math.Max(count, capacity), Array.ConvertAll(_layers, layer => layer.Fork(count, Math.Max(count, capacity)))) { Count = count };
    }

    /// <summary>Whether everything that row <paramref name="count"/> sees is still held.</summary>
    internal bool Reaches(int count) => Array.TrueForAll(_layers, layer => layer.Reaches(count));

    public void Dispose()
    {
        foreach (var layer in _layers) layer.Dispose();
        Count = 0;
    }

    /// <summary>Keeps the rows a run appended, or with the old count forgets those of a run that failed.</summary>
    internal void Settle(int count)
    {
        foreach (var layer in _layers) layer.Settle(count);
        Count = count;
    }

    private static Transformer Require(Transformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model;
    }
}
