using SaeSharp.Numerics;
using SaeSharp.Saes.Training.Options;
using SaeSharp.Saes.Training.Steps;

namespace SaeSharp.Saes.Training.Inputs;

/// <summary>All activations times one number s, so that settings carry over from one hook to another.</summary>
internal sealed class ScaledInput(StepSetting setting) : InputTransform
{
    private readonly Tensor _scale = Tensor.Zeros(DType.F64, 1); // 0 until it is fitted

    /// <summary>s.</summary>
    public double Scale
    {
        get => _scale.Read(0);
        set => _scale.Write(0, value);
    }

    public override bool IsFitted => Scale != 0;

    public override IEnumerable<(string, Tensor)> State => [("input.scale", _scale)];

    public override void Fit(ActivationSource source, CancellationToken cancel) => Scale = Find(source, cancel);

    public override void Apply(Tensor x)
    {
        if (Scale != 1) setting.Backend.Scale(x, Scale, x);
    }

    public override SparseAutoencoder Fold(SparseAutoencoder sae) => Scale == 1 ? sae : sae.FoldActivationScale(Scale);

    public override SparseAutoencoder Unfold(SparseAutoencoder sae) => Scale == 1 ? sae : sae.FoldActivationScale(1 / Scale);

    /// <summary>√dIn / mean‖x‖, or 1 / √(mean‖x‖²).</summary>
    public double Find(ActivationSource source, CancellationToken cancel)
    {
        if (source.DIn != setting.DIn) return OfEach(source, cancel);
        long? tokens = setting.Options.Input.Batches == 0 ? null : (long)setting.Options.Input.Batches * setting.BatchSize;
        var (target, size) = setting.Options.Input.Normalisation == InputNormalisation.MeanNorm
            ? (Math.Sqrt(setting.DIn), source.MeanNorm(tokens, cancel))
            : (1, Math.Sqrt(source.MeanSquaredNorm(tokens, cancel)));
        return double.IsFinite(size) && size > 0 ? target / size : throw TrainingException.NoScale(size);
    }

    /// <summary>The same where a row holds several activations.</summary>
    private double OfEach(ActivationSource source, CancellationToken cancel)
    {
        var (isMeanNorm, batches, batch) = (setting.Options.Input.Normalisation == InputNormalisation.MeanNorm, Batches(setting, source), Tensor.Zeros(DType.F32, source.BatchSize, source.DIn));
        var (each, sum) = (batch.Reshape(checked((int)(batch.Count / setting.DIn)), setting.DIn), 0.0);      // [activations, dIn]
        for (var i = 0L; i < batches; i++)
        {
            source.Fill(i, batch, cancel);
            for (var row = 0; row < each.RowCount; row++)
            {
                var squares = 0.0;
                foreach (var value in each.Row<float>(row)) squares += (double)value * value;
                sum += isMeanNorm ? Math.Sqrt(squares) : squares;
            }
        }
        var mean = sum / batches / each.RowCount;
        var (target, size) = isMeanNorm ? (Math.Sqrt(setting.DIn), mean) : (1, Math.Sqrt(mean));
        return double.IsFinite(size) && size > 0 ? target / size : throw TrainingException.NoScale(size);
    }
}
