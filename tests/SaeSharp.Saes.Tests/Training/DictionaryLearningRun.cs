using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Optimisers;
using SaeSharp.Saes.Training.Options;
using SaeSharp.Saes.Training.Steps;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>One recorded run of a trainer of dictionary_learning whose latents are priced: its configuration, inputs, log and parameters.</summary>
internal sealed class DictionaryLearningRun
{
    /// <summary>Our names of theirs, and whether theirs lie the other way round than ours do in training.</summary>
    private static readonly Dictionary<string, (string Name, bool Transposed)> Names = new()
    {
        ["encoder.weight"] = ("W_enc", false), ["decoder.weight"] = ("W_dec", true), ["encoder.bias"] = ("b_enc", false), ["bias"] = ("b_dec", false), ["decoder_bias"] = ("b_dec", false),
        ["gate_bias"] = ("b_gate", false), ["mag_bias"] = ("b_mag", false), ["r_mag"] = ("r_mag", false),
        ["W_enc"] = ("W_enc", true), ["W_dec"] = ("W_dec", false), ["b_enc"] = ("b_enc", false), ["b_dec"] = ("b_dec", false), ["threshold"] = ("threshold", false),
    };

    private readonly JsonElement _manifest, _run, _settings;
    private readonly Tensor _pool;

    public DictionaryLearningRun(string root, string name)
    {
        _manifest = Golden.Json($"{root}/manifest.json");
        _run = _manifest.GetProperty("runs").GetProperty(name);
        _settings = _run.GetProperty("kwargs");
        _pool = Golden.Tensors($"{root}/data.safetensors").Read("x");
        File = Golden.Tensors($"{root}/{name}.safetensors");
    }

    public SafetensorsFile File { get; }

    public int Steps => _run.GetProperty("steps").GetInt32();

    /// <summary>Whether its optimiser keeps the decoder at unit norm by itself; their log and first gradient are then from before its projection.</summary>
    public bool IsConstrainedAdam => _run.GetProperty("optimizer").GetString() == "ConstrainedAdam";

    public SaeTrainer Trainer(Backend backend, DType type)
    {
        var (trainer, batch) = (_run.GetProperty("trainer").GetString(), _manifest.GetProperty("batch").GetInt32());
        var architecture = trainer switch
        {
            "JumpReluTrainer" => "jumprelu",
            "GatedSAETrainer" => "gated",
            "TopKTrainer" => "topk",
            "BatchTopKTrainer" => "batchtopk",
            "MatryoshkaBatchTopKTrainer" => "matryoshka_batchtopk",
            _ => "standard",
        };
        var config = new SaeConfig
        {
            Architecture = architecture, DIn = _manifest.GetProperty("d_in").GetInt32(), DSae = _manifest.GetProperty("d_sae").GetInt32(), ApplyBDecToInput = architecture != "jumprelu", K = (int)Number("k", 0),
        };
        var betas = _run.GetProperty("betas");
        var options = new TrainingOptions
        {
            Steps = Steps, Convention = Convention.DictionaryLearning, ClipNorm = IsConstrainedAdam ? null : 1,
            Rate = new() { Peak = Number("lr", 0), WarmupSteps = (int)Number("warmup_steps", 0), DecaySteps = Steps - (int)Number("decay_start", 0) },
            Optimiser = new() { Beta1 = betas[0].GetDouble(), Beta2 = betas[1].GetDouble() },
            Decoder = new()
            {
                Constraint = trainer == "StandardTrainerAprilUpdate" ? DecoderConstraint.None : DecoderConstraint.UnitNorm,
                Bias = architecture.EndsWith("topk", StringComparison.Ordinal) ? BiasInit.GeometricMedian : BiasInit.Zero,
            },
            Dead = new() { WindowTokens = _run.GetProperty("dead_feature_threshold_tokens").GetInt64(), AuxCoefficient = Number("auxk_alpha", 1.0 / 32) },
            Selection = new() { ThresholdRate = 1 - Number("threshold_beta", 0.999), ThresholdStart = (int)Number("threshold_start_step", 1000) },
            Matryoshka = new() { Widths = Widths() },
            Penalty = new()
            {
                Coefficient = Number("l1_penalty", Number("sparsity_penalty", Number("initial_sparsity_penalty", 0))), WarmupSteps = (int)Number("sparsity_warmup_steps", 0),
                TargetL0 = _settings.TryGetProperty("target_l0", out var target) ? target.GetDouble() : null,
                WithoutRoot = _settings.TryGetProperty("sparsity_function", out var function) && function.GetString() == "Lp^p",
                Annealing = trainer != "PAnnealTrainer" ? null : new()
                {
                    StartStep = (int)Number("anneal_start", 0), EndStep = _settings.TryGetProperty("anneal_end", out var end) ? end.GetInt32() : null,
                    FinalP = Number("p_end", 0), Updates = (int)Number("n_sparsity_updates", 10),
                },
            },
            JumpRelu = new() { Penalty = JumpReluPenalty.Quadratic, InitialThreshold = 0.001, Bandwidth = Number("bandwidth", 0.001) },
            Input = new() { Normalisation = InputNormalisation.None },
        };
        var result = new SaeTrainer(config, options, new PoolSource(_pool, batch), backend, type);
        foreach (var (name, weight, transposed) in Weights(result))
        {
            var initial = Initial(name);
            (transposed ? MatrixTranspose.Of(initial) : initial).ConvertTo(weight.Value);
        }
        return result;
    }

    /// <summary>Where the weights start. The recorded encoder bias of trainers without one of their own is zeros, but they drew it at random; their first step has rate 0, so it stands after that one.</summary>
    private Tensor Initial(string name) =>
        name == "encoder.bias" && Number("warmup_steps", 0) > 0 && File.Contains($"params.f64.step1.{name}") ? File.Read($"params.f64.step1.{name}") : File.Read($"init.{name}");

    /// <summary>Fractions are rounded down, the last group has the rest.</summary>
    private int[]? Widths()
    {
        if (!_settings.TryGetProperty("group_fractions", out var fractions)) return null;
        var (widths, width, dSae) = (new List<int>(), 0, _manifest.GetProperty("d_sae").GetInt32());
        foreach (var fraction in fractions.EnumerateArray().SkipLast(1)) widths.Add(width += (int)(fraction.GetDouble() * dSae));
        return [.. widths, dSae];
    }

    /// <summary>The threshold that topk and its kin learn, after step t; theirs is kept in f32.</summary>
    public void RequireThreshold(int t, SaeTrainer trainer)
    {
        if (trainer.TrainingStep.State.FirstOrDefault(state => state.Name == "threshold") is { Tensor: { } threshold } && threshold.Count == 1) RequireLog("f64.threshold_mean", t, threshold.Read(0), 1e-6);
    }

    public double Drift(string table, int step) =>
        _run.GetProperty(table).EnumerateArray().First(row => row.GetProperty("step").GetInt32() >= step).GetProperty("param_max_abs").GetDouble();

    /// <summary>The larger of the f32 drifts at a step.</summary>
    public double Drift(int step) => Math.Max(Drift("drift_f32_vs_f64", step), Drift("drift_f32_rows_reversed_vs_f32", step));

    /// <summary>The largest relative difference of the loss up to a step, in the table of that name.</summary>
    public double LossDrift(string table, int step) =>
        _run.GetProperty(table).EnumerateArray().First(row => row.GetProperty("step").GetInt32() >= step).GetProperty("loss_rel_max_so_far").GetDouble();

    public double Log(string name, int t) => File.Read($"log.{name}").Read(t);

    public void RequireLog(string name, int t, double actual, double tolerance)
    {
        if (!File.Contains($"log.{name}")) return;
        var expected = Log(name, t);
        Assert.True(Math.Abs(actual - expected) <= tolerance * Math.Max(1, Math.Abs(expected)), $"step {t}: {name} is {actual:R}, expected {expected:R}");
    }

    public void RequireFirstGradient(SaeTrainer trainer, SaeTrainer initial)
    {
        foreach (var (name, weight, transposed) in Weights(trainer))
        {
            var expected = File.Read($"grad_step1.f64.{name}");
            if (transposed) expected = MatrixTranspose.Of(expected);
            if (IsConstrainedAdam && weight == trainer.TrainingStep.Weights.Decoder)
            {
                var decoder = initial.TrainingStep.Weights.Decoder;
                expected.CopyTo(decoder.Gradient);
                UnitNormDecoder.Project(decoder, 0);
                expected = decoder.Gradient;
            }
            RequireClose(expected, weight.Gradient, 1e-12, $"gradient of {name}");
        }
    }

    public void RequireParameters(int step, string precision, SaeTrainer trainer, double tolerance)
    {
        foreach (var (name, weight, transposed) in Weights(trainer))
        {
            if (!File.Contains($"params.{precision}.step{step}.{name}")) return;
            RequireClose(File.Read($"params.{precision}.step{step}.{name}"), transposed ? MatrixTranspose.Of(weight.Value) : weight.Value, tolerance, $"{name} after step {step}");
        }
    }

    private IEnumerable<(string Name, TrainedTensor Weight, bool Transposed)> Weights(SaeTrainer trainer)
    {
        foreach (var parameter in _run.GetProperty("parameters").EnumerateObject())
        {
            var (name, transposed) = Names[parameter.Name];
            yield return (parameter.Name, trainer.TrainingStep.Weights.All.Single(weight => weight.Name == name), transposed);
        }
    }

    private static void RequireClose(Tensor expected, Tensor actual, double tolerance, string what)
    {
        for (var i = 0L; i < expected.Count; i++)
            Assert.True(Math.Abs(expected.Read(i) - actual.Read(i)) <= tolerance, $"{what}[{i}] is {actual.Read(i):R}, expected {expected.Read(i):R}, tolerance {tolerance}");
    }

    private double Number(string name, double otherwise) => _settings.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;
}
