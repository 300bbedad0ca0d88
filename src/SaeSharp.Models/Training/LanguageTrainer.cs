using SaeSharp.Numerics;

namespace SaeSharp.Models.Training;

/// <summary>Takes the steps of a training: gradients of one or several batches, clipped together, then AdamW.</summary>
/// <remarks>
/// A step over several batches equals one over all of their rows: each batch's summed loss counts over the targets of the whole step. State that is saved after a step
/// and restored before the next gives the bits of an uninterrupted training, on any number of threads.
/// </remarks>
public sealed class LanguageTrainer
{
    private const double NormEpsilon = 1e-6; // as in torch.nn.utils.clip_grad_norm_
    private readonly LanguageTrainingOptions _options;
    private readonly Tensor[] _means, _meanSquares;

    public LanguageTrainer(DifferentiableTransformer model, LanguageTrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        (Model, _options) = (model, options);
        _means = [.. model.Parameters.Select(parameter => Tensor.Zeros(parameter.Value.DType, parameter.Value.Shape))];
        _meanSquares = [.. model.Parameters.Select(parameter => Tensor.Zeros(parameter.Value.DType, parameter.Value.Shape))];
    }

    /// <summary>What learns.</summary>
    public DifferentiableTransformer Model { get; }

    /// <summary>Steps taken.</summary>
    public int Steps { get; private set; }

    /// <summary>Targets learnt from.</summary>
    public long Tokens { get; private set; }

    /// <summary>One step over all batches together.</summary>
    /// <exception cref="ArgumentException">No row has a target.</exception>
    public StepOutcome Step(params ReadOnlySpan<TrainingBatch> batches)
    {
        var counted = 0;
        foreach (var batch in batches) counted += batch.Counted;
        if (counted == 0) throw new ArgumentException("No row of the step has a target.", nameof(batches));
        Model.ClearGradients();
        var loss = 0.0;
        foreach (var batch in batches) loss += Model.LossAndGradients(batch, 1.0 / counted);
        Tokens += counted;
        return Update(loss / counted);
    }

    /// <summary>Takes the step that the model's gradients ask for, however they were added up.</summary>
    /// <param name="loss">What the outcome is to say.</param>
    public StepOutcome Update(double loss)
    {
        var squares = 0.0;
        foreach (var parameter in Model.Parameters) squares += Model.Backend.SumOfSquares(parameter.Gradient);
        var norm = Math.Sqrt(squares);
        var factor = _options.ClipNorm > 0 ? Math.Min(1, _options.ClipNorm / (norm + NormEpsilon)) : 1;
        if (!double.IsFinite(norm)) throw ModelException.Diverged(Steps + 1, norm);
        var rate = _options.RateAt(++Steps);
        for (var i = 0; i < _means.Length; i++)
        {
            var parameter = Model.Parameters[i];
            Model.Backend.Adam(parameter.Value, parameter.Gradient, _means[i], _meanSquares[i],
                new(Steps, rate, _options.Beta1, _options.Beta2, _options.Epsilon, parameter.Decays ? _options.WeightDecay : 0, factor));
        }
        return new(Steps, loss, norm, factor, rate);
    }

    /// <summary>Everything that the next step depends on, by name.</summary>
    internal IEnumerable<(string Name, Tensor Tensor)> State()
    {
        for (var i = 0; i < _means.Length; i++)
        {
            var parameter = Model.Parameters[i];
            yield return ($"value.{parameter.Name}", parameter.Value);
            yield return ($"mean.{parameter.Name}", _means[i]);
            yield return ($"mean_square.{parameter.Name}", _meanSquares[i]);
        }
    }

    /// <summary>Takes note of what was done before the state at hand.</summary>
    internal void GoOnAt(int steps, long tokens) => (Steps, Tokens) = (steps, tokens);
}

/// <summary>What a step did.</summary>
/// <param name="Step">Its number, counted from 1.</param>
/// <param name="Loss">Mean loss over the step's targets before it, nats.</param>
/// <param name="GradientNorm">Norm of all gradients together, before clipping.</param>
/// <param name="ClipFactor">What they were multiplied by.</param>
/// <param name="LearningRate">Its learning rate.</param>
public readonly record struct StepOutcome(int Step, double Loss, double GradientNorm, double ClipFactor, double LearningRate);
