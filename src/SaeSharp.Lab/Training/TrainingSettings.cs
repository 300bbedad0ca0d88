using System.Numerics;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Lab.Training;

/// <summary>Turns a request into the trainer's options, with defaults that suit what is trained.</summary>
internal static class TrainingSettings
{
    private const int TunedBatch = 256, TunedWidth = 1024; // where the rates below were tuned
    private const double AdamRate = 5e-3, MuonRate = 2e-2, SignumRate = 1e-3;
    private const int SplicedBatches = 16; // for the scale of the activations, where the model runs over each
    private const double DecayShare = 0.8, DeadWaits = 480;
    private const int WantedSteps = 4000, LeastBatch = 256, MostBatch = 4096, WarmupPart = 20, PenaltyWarmupPart = 10;

    /// <summary>The options of one SAE.</summary>
    /// <param name="request">The request.</param>
    /// <param name="choice">Its values where it has several.</param>
    /// <param name="dSae">Number of features.</param>
    /// <param name="corpusTokens">Tokens of one pass over the corpus.</param>
    public static TrainingOptions Of(TrainRequest request, TrainingChoice choice, int dSae, long corpusTokens)
    {
        var (tokens, batch) = (Tokens(request, corpusTokens), Batch(request, corpusTokens));
        var steps = (int)Math.Clamp(tokens / batch, 1, int.MaxValue);
        var warmup = Math.Min(OptionException.NotNegative(request.Warmup ?? steps / WarmupPart, "--warmup"), steps);
        var decay = request.Decay ?? (int)(steps * DecayShare);
        return new()
        {
            Steps = steps, Seed = choice.Seed, CheckpointEvery = request.CheckpointEvery, MaxBadBatches = request.MaxBadBatches, Convention = request.Convention,
            ClipNorm = OptionException.NotNegative(request.ClipNorm, "--clip-norm") > 0 ? request.ClipNorm : null,
            Rate = new()
            {
                Peak = choice.Lr is { } rate ? OptionException.Positive(rate, "--lr") : Rate(request, choice.Arch, batch, dSae), Shape = request.LrShape,
                WarmupSteps = warmup, DecaySteps = Math.Min(OptionException.NotNegative(decay, "--decay"), steps - warmup),
            },
            Optimiser = new() { Kind = request.Optimiser, WeightDecay = request.WeightDecay },
            Decoder = new() { Constraint = request.Decoder ?? (choice.CountsLatents ? DecoderConstraint.UnitNorm : DecoderConstraint.None), Directions = request.Directions, Bias = request.Bias },
            Dead = new() { WindowTokens = DeadTokens(request, choice, batch, dSae), AuxK = request.AuxK, AuxCoefficient = request.AuxCoefficient },
            Penalty = new() { Coefficient = choice.Penalty, WarmupSteps = request.PenaltyWarmup ?? steps / PenaltyWarmupPart, TargetL0 = choice.TargetL0 },
            Selection = new() { K = choice.CountsLatents ? choice.K : null, InitialK = request.InitialK, KSteps = request.KSteps },
            Matryoshka = new() { Widths = request.Widths.Count > 0 ? [.. request.Widths] : null, Detached = request.Detached, SortByFrequency = request.SortByFrequency },
            Contrastive = new() { Coefficient = request.Agreement, Temperature = request.Temperature, HighShare = request.HighShare },
            JumpRelu = new() { Penalty = request.JumpPenalty, InitialThreshold = request.Threshold, Bandwidth = request.Bandwidth },
            Input = new() { Normalisation = Normalisation(request.Normalise), Factor = request.NormaliseFactor, Batches = request.Loss == TrainedLoss.Mse ? 0 : SplicedBatches },
            LossUnit = request.Loss == TrainedLoss.Mse ? LossUnit.SquaredError : LossUnit.VarianceUnexplained,
        };
    }

    /// <summary>Tokens to train on.</summary>
    public static long Tokens(TrainRequest request, long corpusTokens) => OptionException.NotNegative(request.Tokens, "--tokens") > 0 ? request.Tokens : corpusTokens;

    /// <summary>Tokens a step: a short run gains more from many steps than from steady ones.</summary>
    public static int Batch(TrainRequest request, long corpusTokens) => OptionException.NotNegative(request.Batch, "--batch") > 0 ? request.Batch
        : (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Tokens(request, corpusTokens) / WantedSteps, LeastBatch, MostBatch));

    private static long DeadTokens(TrainRequest request, TrainingChoice choice, int batch, int dSae) =>
        request.DeadTokens ?? (request.DeadWindow is { } steps ? (long)OptionException.Positive(steps, "--dead-window") * batch : (long)(DeadWaits * dSae / Math.Max(1, choice.TargetL0 ?? choice.K)));

    /// <summary>α ∝ √(batch / width): noise of a batch falls with its root, and a wider dictionary has rarer latents. The constants were found at one shape (docs/lab-log.md).</summary>
    private static double Rate(TrainRequest request, string arch, int batch, int dSae) => SaeTrainer.RateShare(arch) * (request.Optimiser switch
    {
        OptimiserKind.Muon => MuonRate,
        OptimiserKind.Signum => SignumRate,
        _ => AdamRate,
    }) * Math.Sqrt((double)batch / TunedBatch * TunedWidth / dSae);

    private static InputNormalisation Normalisation(string word) => word switch
    {
        "expected-average" => InputNormalisation.MeanNorm,
        "mean-square" => InputNormalisation.MeanSquare,
        "whitening" => InputNormalisation.Whitening,
        "constant-norm" => InputNormalisation.ConstantNorm,
        "constant-scalar" => InputNormalisation.ConstantScalar,
        "layer-norm" => InputNormalisation.LayerNorm,
        "none" => InputNormalisation.None,
        var other => throw OptionException.Invalid($"--normalise is '{other}', expected expected-average, mean-square, whitening, constant-norm, constant-scalar, layer-norm or none.", "Leave it out for expected-average."),
    };
}
