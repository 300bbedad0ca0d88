using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Saes.Synthetic;

/// <summary>Training batches from a synthetic world, without end: batch t holds samples t·batch … and is the same whenever it is asked for.</summary>
public sealed class SyntheticSource : ActivationSource
{
    private const int NormSamples = 16_384; // mean ‖x‖ to about a thousandth
    private readonly SyntheticWorld _world;
    private readonly Backend _backend;
    private readonly FiringSampler _sampler;
    private readonly ActiveFeatures _active;
    private readonly int _stream;

    /// <param name="world">The world.</param>
    /// <param name="batchSize">Samples in a batch; which samples there are does not depend on it.</param>
    /// <param name="backend">Where.</param>
    /// <param name="stream">0 for training, 1 for evaluation: other streams are other samples of the same world.</param>
    public SyntheticSource(SyntheticWorld world, int batchSize, Backend backend, int stream = 0)
    {
        ArgumentNullException.ThrowIfNull(world);
        (_world, _backend, BatchSize, _stream) = (world, backend, OptionException.Positive(batchSize), stream);
        (_sampler, _active) = (new(world, backend), new(batchSize));
    }

    public override int DIn => _world.DIn;

    public override int BatchSize { get; }

    /// <summary>There is no epoch: samples never repeat.</summary>
    public override long TokensPerEpoch => long.MaxValue;

    public override void Fill(long batch, Tensor x, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        Shape.Require(x, DType.F32, [("batch", BatchSize), ("dIn", DIn)]);
        cancel.ThrowIfCancellationRequested();
        _sampler.Sample(_stream, checked(batch * BatchSize), _active);
        _backend.SparseDecode(_active.Values, _active.Indices, _world.Directions, _world.Bias, x);
    }

    /// <summary>The same batch and the features that made it.</summary>
    public SparseCodes FillWithFeatures(long batch, Tensor x, CancellationToken cancel)
    {
        Fill(batch, x, cancel);
        return _active.ToCodes(_world.Features, BatchSize);
    }

    /// <summary>Mean ‖x‖ over the first <paramref name="tokens"/> samples, over 16,384 where null.</summary>
    public override double MeanNorm(long? tokens, CancellationToken cancel) => Mean(tokens, row => TensorPrimitives.Norm(row), cancel);

    /// <summary>Mean ‖x‖² over the first <paramref name="tokens"/> samples, over 16,384 where null.</summary>
    public override double MeanSquaredNorm(long? tokens, CancellationToken cancel) => Mean(tokens, row => TensorPrimitives.SumOfSquares(row), cancel);

    private double Mean(long? tokens, Func<ReadOnlySpan<float>, float> of, CancellationToken cancel)
    {
        var batches = Math.Max(1, ((tokens ?? NormSamples) + BatchSize - 1) / BatchSize);
        var x = Tensor.Zeros(DType.F32, BatchSize, DIn);
        var sum = 0.0;
        for (var batch = 0L; batch < batches; batch++)
        {
            Fill(batch, x, cancel);
            for (var row = 0; row < BatchSize; row++) sum += of(x.Row<float>(row));
        }
        x.Free();
        return sum / (batches * BatchSize);
    }
}
