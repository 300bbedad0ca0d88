using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Inputs;
using SaeSharp.Saes.Training.Optimisers;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>One recorded run of SAELens' trainer: its configuration, inputs, log and parameters.</summary>
internal sealed class GoldenRun
{
    private static readonly string[] F32Drifts = ["drift_f32_vs_f64", "drift_f32_rows_reversed_vs_f32"];
    private readonly JsonElement _manifest, _run;
    private readonly Tensor _pool;

    public GoldenRun(string root, string name)
    {
        _manifest = Golden.Json($"{root}/manifest.json");
        _run = _manifest.GetProperty("runs").GetProperty(name);
        _pool = Golden.Tensors($"{root}/data.safetensors").Read("x");
        File = Golden.Tensors($"{root}/{name}.safetensors");
    }

    public SafetensorsFile File { get; }

    public int Steps => _run.GetProperty("steps").GetInt32();

    /// <summary>Whether latents jump to a value above 0, so that rounding can change the loss by more than itself.</summary>
    public bool HasJumps => _run.GetProperty("architecture").GetString() is "gated" or "jumprelu";

    public SaeTrainer Trainer(Backend backend, DType type)
    {
        var (sae, trainer) = (_run.GetProperty("sae_cfg"), _run.GetProperty("trainer_cfg"));
        var batch = _manifest.GetProperty("batch").GetInt32();
        var architecture = _run.GetProperty("architecture").GetString()!;
        var isSelection = sae.TryGetProperty("k", out var k);
        var config = new SaeConfig
        {
            Architecture = architecture, DIn = _manifest.GetProperty("d_in").GetInt32(), DSae = _manifest.GetProperty("d_sae").GetInt32(),
            K = isSelection ? (int)k.GetDouble() : 0, Pursuit = sae.TryGetProperty("max_iterations", out var iterations) ? new(MaxIterations: iterations.GetInt32()) : null,
            RescaleActsByDecoderNorm = isSelection && Flag(sae, "rescale_acts_by_decoder_norm", true), ApplyBDecToInput = Flag(sae, "apply_b_dec_to_input", true),
        };
        var options = new TrainingOptions
        {
            Steps = Steps,
            Rate = new()
            {
                Peak = trainer.GetProperty("lr").GetDouble(), WarmupSteps = trainer.GetProperty("lr_warm_up_steps").GetInt32(),
                DecaySteps = trainer.GetProperty("lr_decay_steps").GetInt32(), Final = trainer.GetProperty("lr_end").GetDouble(),
                Shape = trainer.TryGetProperty("lr_scheduler_name", out var shape) && shape.GetString() == "cosineannealing" ? RateShape.Cosine : RateShape.Constant,
            },
            Optimiser = new() { Beta1 = Number(trainer, "adam_beta1", 0.9), Beta2 = Number(trainer, "adam_beta2", 0.999) },
            Dead = new() { WindowTokens = trainer.GetProperty("dead_feature_window").GetInt64() * batch, AuxCoefficient = Number(sae, "aux_loss_coefficient", 1) },
            Matryoshka = new()
            {
                Widths = sae.TryGetProperty("matryoshka_widths", out var widths) ? [.. widths.EnumerateArray().Select(width => width.GetInt32())] : null,
                AuxByLevel = Flag(sae, "use_matryoshka_aux_loss", false),
            },
            Selection = new() { K = isSelection ? k.GetDouble() : null, ThresholdRate = Number(sae, "topk_threshold_lr", 0.01) },
            Penalty = new()
            {
                Coefficient = Number(sae, "l1_coefficient", Number(sae, "l0_coefficient", 1)), WarmupSteps = (int)Number(sae, "l1_warm_up_steps", Number(sae, "l0_warm_up_steps", 0)),
                P = Number(sae, "lp_norm", 1), TargetL0 = sae.TryGetProperty("target_l0", out var target) ? target.GetDouble() : null,
            },
            JumpRelu = new()
            {
                Penalty = sae.TryGetProperty("jumprelu_sparsity_loss_mode", out var mode) ? Enum.Parse<JumpReluPenalty>(mode.GetString()!, ignoreCase: true) : JumpReluPenalty.Step,
                InitialThreshold = Number(sae, "jumprelu_init_threshold", 0.01), Bandwidth = Number(sae, "jumprelu_bandwidth", 0.05),
                StraightThroughInput = Flag(sae, "jumprelu_ste_to_input", false), PreActCoefficient = Number(sae, "pre_act_loss_coefficient", 0),
            },
            Input = new()
            {
                Normalisation = !sae.TryGetProperty("normalize_activations", out var n) ? InputNormalisation.None
                    : n.GetString() == "covariance_whitening" ? InputNormalisation.Whitening : InputNormalisation.MeanNorm,
                Batches = (int)Number(trainer, "n_batches_for_norm_estimate", 0),
            },
        };
        var source = new PoolSource(_pool, batch, _run.GetProperty("first_training_batch_index").GetInt32());
        var result = new SaeTrainer(config, options, source, backend, type);
        foreach (var (name, weight, transposed) in Weights(result))
        {
            var initial = File.Read($"init.{name}");
            (transposed ? MatrixTranspose.Of(initial) : initial).ConvertTo(weight.Value);
        }
        if (result.Input is ScaledInput scaled) SetScale(scaled, source, type);
        if (result.Input is WhitenedInput whitened) SetWhitening(whitened, new PoolSource(_pool, batch), type);
        return result;
    }

    /// <summary>SAELens estimates the scale from norms it keeps in f32, so ours is first compared as such and then replaced by its own.</summary>
    private void SetScale(ScaledInput input, ActivationSource source, DType type)
    {
        var expected = _run.GetProperty(type == DType.F64 ? "scaling_factor_f64" : "scaling_factor_f32").GetDouble();
        Assert.Equal(expected, input.Find(source, default), 1e-6);
        input.Scale = expected;
    }

    /// <summary>SAELens' whitening is ours turned, and where it turns to depends on its eigenvectors; so M·Mᵀ, which does not, is compared and then theirs is used.</summary>
    private void SetWhitening(WhitenedInput input, ActivationSource source, DType type)
    {
        input.Fit(source, default);
        var (mean, matrix, inverse) = (File.Read("folded.f64.whitening.mean"), File.Read("folded.f64.whitening.matrix"), File.Read("folded.f64.whitening.inverse_matrix"));
        var tolerance = type == DType.F64 ? 1e-9 : 1e-4;
        RequireClose(Square(matrix), Square(input.Matrix), tolerance, "M·Mᵀ");
        RequireClose(mean, input.Mean, tolerance, "mean");
        var identity = Tensor.Zeros(DType.F64, input.Matrix.Shape);
        Reference.Instance.MatMul(input.Matrix, input.Inverse, identity);
        for (var i = 0; i < identity.Count; i++) Assert.Equal(i % (identity.Columns + 1) == 0 ? 1 : 0, identity.Read(i), 1e-10);
        mean.CopyTo(input.Mean);
        matrix.CopyTo(input.Matrix);
        inverse.CopyTo(input.Inverse);
    }

    private static Tensor Square(Tensor matrix)
    {
        var square = Tensor.Zeros(DType.F64, matrix.Shape);
        Reference.Instance.MatMul(matrix, matrix, square, Transpose.B);
        return square;
    }

    /// <summary>A drift of this run at a step, the first recorded one at or after it.</summary>
    public double Drift(string table, int step, string column = "param_max_abs") =>
        _run.GetProperty(table).EnumerateArray().First(row => row.GetProperty("step").GetInt32() >= step).GetProperty(column).GetDouble();

    /// <summary>The larger of the last entries of the two f32 drifts.</summary>
    public double Largest(string column) => F32Drifts.Max(table => _run.GetProperty(table).EnumerateArray().Last().GetProperty(column).GetDouble());

    /// <summary>Whether an AbsTopK run took another dead latent than theirs: a large positive and a large negative one can be nearer to each other than f32 tells. The error itself agrees then.</summary>
    public bool ForksInAux(int t, StepReport report)
    {
        if (_run.GetProperty("architecture").GetString() != "abstopk") return false;
        var (error, aux) = (File.Read("log.f32.losses.mse_loss").Read(t), File.Read("log.f32.losses.auxiliary_reconstruction_loss").Read(t));
        return Math.Abs(report.Mse - error) <= 1e-6 * error && Math.Abs(report.AuxLoss - aux) is var difference && difference > 1e-5 * aux && difference < 1e-3 * aux;
    }

    public void RequireLog(int t, StepReport report)
    {
        var drift = Math.Max(1e-12, 100 * Drift("drift_f64_rows_reversed_vs_f64", t + 1, "loss_rel_max_so_far"));
        RequireLog("loss", t, report.Loss, drift);
        RequireLog("losses.mse_loss", t, report.Mse, drift);
        RequireLog("losses.auxiliary_reconstruction_loss", t, report.AuxLoss, drift);
        RequireLog("losses.pre_act_loss", t, report.AuxLoss, drift);
        RequireLog("losses.l1_loss", t, report.SparsityLoss, drift);
        RequireLog("losses.l0_loss", t, report.SparsityLoss, drift);
        RequireLog("coefficient.l1", t, report.Coefficient, 1e-12);
        RequireLog("coefficient.l0", t, report.Coefficient, 1e-12);
        RequireLog("grad_norm", t, report.GradientNorm, Math.Max(drift, 100 * Drift("drift_f64_rows_reversed_vs_f64", t + 1)));
        RequireLog("lr", t, report.LearningRate, 1e-12);
        RequireLog("num_dead", t, report.Dead, 0);
        RequireLog("l0", t, report.L0, 0);
        RequireLog("explained_variance", t, report.ExplainedVariance, Math.Max(1e-9, drift));
    }

    /// <summary>The threshold that BatchTopK and its kin learn, after step t.</summary>
    public void RequireThreshold(int t, SaeTrainer trainer)
    {
        if (File.Contains("log.f64.topk_threshold")) RequireLog("topk_threshold", t, trainer.TrainingStep.State.Single(state => state.Name == "threshold").Tensor.Read(0), 1e-12);
    }

    public void RequireFirstGradient(SaeTrainer trainer)
    {
        foreach (var (name, weight, transposed) in Weights(trainer))
            RequireClose(File.Read($"grad_step1.f64.{name}"), transposed ? MatrixTranspose.Of(weight.Gradient) : weight.Gradient, 1e-12, $"gradient of {name}");
    }

    public void RequireParameters(int step, string precision, SaeTrainer trainer, Func<int, double> tolerance)
    {
        if (!File.Contains($"params.{precision}.step{step}.b_dec")) return;
        foreach (var (name, weight, transposed) in Weights(trainer))
            RequireClose(File.Read($"params.{precision}.step{step}.{name}"), transposed ? MatrixTranspose.Of(weight.Value) : weight.Value, tolerance(step), $"{name} after step {step}");
    }

    public void RequireAdam(SaeTrainer trainer)
    {
        if (!File.Contains("adam.f64.b_dec.exp_avg")) return;
        foreach (var (name, weight, transposed) in Weights(trainer))
        {
            RequireClose(File.Read($"adam.f64.{name}.exp_avg"), transposed ? MatrixTranspose.Of(weight.Moments[0]) : weight.Moments[0], 1e-12, $"mean of {name}");
            RequireClose(File.Read($"adam.f64.{name}.exp_avg_sq"), transposed ? MatrixTranspose.Of(weight.Moments[1]) : weight.Moments[1], 1e-12, $"mean square of {name}");
        }
    }

    private static IEnumerable<(string Name, TrainedTensor Weight, bool Transposed)> Weights(SaeTrainer trainer) =>
        trainer.TrainingStep.Weights.All.Select(weight => (weight.Name, weight, weight.Name == "W_enc"));

    private void RequireLog(string name, int t, double actual, double tolerance)
    {
        if (!File.Contains($"log.f64.{name}")) return;
        var expected = File.Read($"log.f64.{name}").Read(t);
        Assert.True(Math.Abs(actual - expected) <= tolerance * Math.Max(1, Math.Abs(expected)), $"step {t}: {name} is {actual:R}, expected {expected:R}");
    }

    private static void RequireClose(Tensor expected, Tensor actual, double tolerance, string what)
    {
        for (var i = 0L; i < expected.Count; i++)
            Assert.True(Math.Abs(expected.Read(i) - actual.Read(i)) <= tolerance, $"{what}[{i}] is {actual.Read(i):R}, expected {expected.Read(i):R}, tolerance {tolerance}");
    }

    private static double Number(JsonElement json, string name, double otherwise) => json.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;

    private static bool Flag(JsonElement json, string name, bool otherwise) => json.TryGetProperty(name, out var value) ? value.GetBoolean() : otherwise;
}
