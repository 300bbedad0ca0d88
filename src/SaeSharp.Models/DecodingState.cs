using SaeSharp.Numerics.Backends;

namespace SaeSharp.Models;

/// <summary>What a model remembers of one growing sequence: keys and values of every layer.</summary>
/// <remarks>Runs with a state append their rows to it and give the bits of a run over the whole sequence. One run at a time.</remarks>
public sealed class DecodingState
{
    private readonly KeyValueCache[] _caches;

    /// <param name="model">The model whose runs it serves.</param>
    /// <param name="capacity">How many positions it can hold.</param>
    public DecodingState(Transformer model, int capacity)
    {
        ArgumentNullException.ThrowIfNull(model);
        Capacity = OptionException.InRange(capacity, 1, model.Spec.Context);
        var shape = model.Spec.Attention;
        _caches = new KeyValueCache[model.Spec.Layers];
        for (var i = 0; i < _caches.Length; i++) _caches[i] = new(capacity, shape.KeyHeads, shape.DHead, model.ComputeType);
        Model = model;
    }

    /// <summary>How many positions fit.</summary>
    public int Capacity { get; }

    /// <summary>Positions held.</summary>
    public int Count { get; private set; }

    internal Transformer Model { get; }

    internal KeyValueCache Layer(int layer) => _caches[layer];

    /// <summary>Keeps the rows a run appended, or with the old count forgets those of a run that failed.</summary>
    internal void Settle(int count)
    {
        foreach (var cache in _caches) cache.Truncate(count);
        Count = count;
    }
}
