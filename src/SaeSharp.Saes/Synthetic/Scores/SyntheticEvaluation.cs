using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Metrics;

namespace SaeSharp.Saes.Synthetic.Scores;

/// <summary>Scores an SAE on samples whose features are known.</summary>
public sealed class SyntheticEvaluation
{
    private readonly SparseAutoencoder _sae;
    private readonly FiringClassification _firing;
    private readonly double _correlation, _uniqueness;
    private readonly L0 _l0 = new();
    private readonly Shrinkage _shrinkage = new();
    private readonly ExplainedVariance _explained = new();
    private readonly bool[] _fired;
    private long _active;

    /// <param name="sae">The SAE; it reads raw activations.</param>
    /// <param name="truth">True directions [features, dIn].</param>
    /// <param name="backend">Where.</param>
    public SyntheticEvaluation(SparseAutoencoder sae, Tensor truth, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(sae);
        ArgumentNullException.ThrowIfNull(truth);
        var match = new DirectionMatch(sae.DecoderDirections, truth, backend);
        (_sae, _firing, _fired) = (sae, new(match.Best, truth.RowCount), new bool[sae.DSae]);
        (_correlation, _uniqueness) = (match.MeanCorrelationCoefficient(), match.Uniqueness);
        match.Cosines.Free(); // a quarter of a gigabyte for the full benchmark
    }

    /// <summary>The scores so far.</summary>
    public SyntheticScores Scores => new()
    {
        Samples = _firing.Samples, TrueL0 = _firing.Samples > 0 ? (double)_active / _firing.Samples : 0, L0 = _l0.Value.Number ?? 0, Dead = _fired.Count(fired => !fired),
        Shrinkage = _shrinkage.Value.Number ?? 0, ExplainedVariance = _explained.Value.Number ?? 0, Mcc = _correlation, Uniqueness = _uniqueness,
        Precision = _firing.Precision, Recall = _firing.Recall, F1 = _firing.F1, Accuracy = _firing.Accuracy,
    };

    /// <summary>Takes in samples x [rows, dIn] and the codes of the features that made them.</summary>
    public void Add(Tensor x, SparseCodes features)
    {
        ArgumentNullException.ThrowIfNull(features);
        var latents = _sae.Encode(x);
        var reconstruction = _sae.Decode(latents);
        var batch = new MetricBatch(x, reconstruction, latents);
        _l0.Add(batch);
        _shrinkage.Add(batch);
        _explained.Add(batch);
        _firing.Add(latents, features);
        _active += features.Indices.Length;
        foreach (var latent in latents.Indices) _fired[latent] = true;
        reconstruction.Free();
    }
}

/// <summary>How well an SAE found the true features. Names and definitions are SAELens'.</summary>
public sealed record SyntheticScores
{
    /// <summary>Samples they are taken over.</summary>
    public required long Samples { get; init; }

    /// <summary>True features that fire in a sample, on average.</summary>
    public required double TrueL0 { get; init; }

    /// <summary>Latents that fire in a sample, on average.</summary>
    public required double L0 { get; init; }

    /// <summary>Latents that fired in none.</summary>
    public required int Dead { get; init; }

    /// <summary>Mean ‖x̂‖ / ‖x‖.</summary>
    public required double Shrinkage { get; init; }

    /// <summary>1 − E‖x − x̂‖² / (E‖x‖² − ‖E x‖²).</summary>
    public required double ExplainedVariance { get; init; }

    /// <summary>Mean |cos| of decoder rows and true directions, paired one to one so that it is largest.</summary>
    public required double Mcc { get; init; }

    /// <summary>Different features among the nearest of all latents, over the number of latents.</summary>
    public required double Uniqueness { get; init; }

    /// <summary>Mean over latents: share of its firings in which its nearest feature fires.</summary>
    public required double Precision { get; init; }

    /// <summary>Mean over latents: share of its nearest feature's firings in which it fires.</summary>
    public required double Recall { get; init; }

    /// <summary>Mean over latents of 2PR/(P + R).</summary>
    public required double F1 { get; init; }

    /// <summary>Mean over latents: share of samples in which both fire or neither does.</summary>
    public required double Accuracy { get; init; }
}
