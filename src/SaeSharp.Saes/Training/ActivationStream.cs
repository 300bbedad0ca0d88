using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training;

/// <summary>All activations of a corpus at one hook, in an order of documents that depends on the epoch; Lab implements it by running the model.</summary>
public abstract class ActivationStream
{
    /// <summary>Width of the activations.</summary>
    public abstract int DIn { get; }

    /// <summary>Activations in one pass over the corpus; the same in every epoch.</summary>
    public abstract long TokensPerEpoch { get; }

    /// <summary>Writes tokens [<paramref name="start"/>, <paramref name="start"/> + rows) of <paramref name="epoch"/> into <paramref name="x"/> [rows, dIn], f32: the same bits each time.</summary>
    public abstract void Read(int epoch, long start, Tensor x, CancellationToken cancel);
}
