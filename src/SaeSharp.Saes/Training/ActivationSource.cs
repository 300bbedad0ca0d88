using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training;

/// <summary>Training batches that can be had by number: batch t is the same, bit for bit, whenever and in whatever order it is asked for.</summary>
/// <remarks>So a resumed run needs nothing but its step number to go on exactly where it stopped.</remarks>
public abstract class ActivationSource
{
    /// <summary>Width of the activations.</summary>
    public abstract int DIn { get; }

    /// <summary>Activations in one batch.</summary>
    public abstract int BatchSize { get; }

    /// <summary>Activations in one pass over the data, before incomplete batches are dropped.</summary>
    public abstract long TokensPerEpoch { get; }

    /// <summary>Writes batch number <paramref name="batch"/>, counted from 0 without end, into <paramref name="x"/> [batch, dIn], f32.</summary>
    public abstract void Fill(long batch, Tensor x, CancellationToken cancel);

    /// <summary>Mean ‖x‖₂ over the first <paramref name="tokens"/> of an epoch, or over all of it where null.</summary>
    public abstract double MeanNorm(long? tokens, CancellationToken cancel);

    /// <summary>Mean ‖x‖₂² over the first <paramref name="tokens"/> of an epoch, or over all of it where null.</summary>
    public abstract double MeanSquaredNorm(long? tokens, CancellationToken cancel);
}
