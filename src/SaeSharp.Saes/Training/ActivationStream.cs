using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training;

/// <summary>All activations of a corpus, a row a token, in an order that depends on the epoch; Lab implements it by running the model or reading a store.</summary>
/// <remarks>What a row holds is the stream's affair: one hook, several beside each other, or neighbouring tokens.</remarks>
public abstract class ActivationStream
{
    /// <summary>Width of a row.</summary>
    public abstract int DIn { get; }

    /// <summary>Rows in one pass over the corpus; the same in every epoch.</summary>
    public abstract long TokensPerEpoch { get; }

    /// <summary>Hands rows [<paramref name="start"/>, <paramref name="start"/> + <paramref name="count"/>) of <paramref name="epoch"/> to <paramref name="take"/>, in order and in pieces: the same bits each time, however they are cut.</summary>
    /// <param name="epoch">Which pass.</param>
    /// <param name="start">First row.</param>
    /// <param name="count">How many.</param>
    /// <param name="take">Gets pieces [rows, dIn], f32 or bf16; each is valid, and not to be written, only during the call.</param>
    /// <param name="cancel">Stops between two pieces.</param>
    public abstract void Read(int epoch, long start, long count, Action<Tensor> take, CancellationToken cancel);
}
