using System.Numerics.Tensors;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Options;
using Tensor = SaeSharp.Numerics.Tensor;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>The threshold by which an SAE that chose its latents over a batch chooses them for one activation: θ ← (1 − a)·θ + a·(smallest chosen latent), in f64.</summary>
/// <remarks>
/// SAELens starts at 0 and leaves θ as it is where nothing was chosen. dictionary_learning starts after <see cref="SelectionOptions.ThresholdStart"/> with the first value, and
/// counts 0 where nothing was chosen; until then θ is −1, which keeps every positive latent.
/// </remarks>
internal sealed class LearntThreshold(TrainingOptions options)
{
    private readonly bool _isDictionaryLearning = options.Convention == Convention.DictionaryLearning;
    private double? _smallest;

    /// <summary>θ [1], f64.</summary>
    public Tensor State { get; } = Tensor.Of([options.Convention == Convention.DictionaryLearning ? -1.0 : 0], 1);

    public double Value => State.Read(0);

    /// <summary>Takes note of the chosen latents of a batch.</summary>
    public void See(SparseRows code) => _smallest = code.Count == 0 ? null
        : code.Type == DType.F64 ? TensorPrimitives.Min<double>(code.Values.Span<double>()[..code.Count]) : TensorPrimitives.Min<float>(code.Values.Span<float>()[..code.Count]);

    /// <summary>Learns from the batch of step t.</summary>
    public void Learn(int step)
    {
        if (_isDictionaryLearning ? step <= options.Selection.ThresholdStart : _smallest is null) return;
        var (value, rate) = (_smallest ?? 0, options.Selection.ThresholdRate);
        State.Write(0, _isDictionaryLearning && Value < 0 ? value : (1 - rate) * Value + rate * value);
    }
}
