namespace SaeSharp.Models;

/// <summary>What one layer remembers of one growing sequence.</summary>
internal abstract class LayerMemory : IDisposable
{
    /// <summary>An empty memory as the layer's mixer needs it.</summary>
    public static LayerMemory Of(Transformer model, int layer, int capacity) => model.Spec.Mixer[layer] switch
    {
        Mixer.Attention or Mixer.Latent => new KeyValueMemory(new(capacity, model.Spec.Attention.KeyHeads, model.Spec.Attention.DHead, model.ComputeType), model.Window(layer)),
        Mixer.DeltaNet net => new RecurrentMemory(net, model.ComputeType),
        var mixer => throw new NotSupportedException($"No memory for {mixer}."),
    };

    /// <summary>Bytes of what is remembered.</summary>
    public abstract long Bytes { get; }

    /// <summary>Whether a sequence can go on from its first <paramref name="count"/> positions.</summary>
    public abstract bool Reaches(int count);

    /// <summary>A memory of the first <paramref name="count"/> positions, which it reaches, that goes its own way from there.</summary>
    public abstract LayerMemory Fork(int count, int capacity);

    /// <summary>Keeps the rows a run appended, or with the old count forgets those of a run that failed; 0 forgets all.</summary>
    public abstract void Settle(int count);

    public abstract void Dispose();
}
