using System.Text.Json;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Optimisers;
using SaeSharp.Saes.Training.Options;
using SaeSharp.Saes.Training.Steps;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>One recorded run of sparsify's trainer with Adam: its configuration, inputs, log and parameters.</summary>
/// <remarks>It makes decoder rows unit before each step where ours does after it, so its recorded decoders are made unit before they are compared.</remarks>
internal sealed class SparsifyRun
{
    private static readonly Dictionary<string, string> Names = new() { ["encoder.weight"] = "W_enc", ["encoder.bias"] = "b_enc", ["W_dec"] = "W_dec", ["b_dec"] = "b_dec", ["W_skip"] = "W_skip" };
    private readonly JsonElement _manifest, _run;
    private readonly Tensor _pool;

    public SparsifyRun(string root, string name)
    {
        _manifest = Golden.Json($"{root}/manifest.json");
        _run = _manifest.GetProperty("runs").GetProperty(name);
        _pool = Golden.Tensors($"{root}/data.safetensors").Read("x");
        File = Golden.Tensors($"{root}/{name}.safetensors");
    }

    public SafetensorsFile File { get; }

    public int Steps => _run.GetProperty("total_steps").GetInt32();

    public bool IsTranscoder => _run.GetProperty("sparse_coder_cfg").TryGetProperty("transcode", out var transcode) && transcode.GetBoolean();

    private bool HasSkip => _run.GetProperty("sparse_coder_cfg").TryGetProperty("skip_connection", out var skip) && skip.GetBoolean();

    public double AuxCoefficient => _run.GetProperty("auxk_alpha").GetDouble();

    public SaeTrainer Trainer(Backend backend, DType type)
    {
        var sparse = _run.GetProperty("sparse_coder_cfg");
        var config = new SaeConfig
        {
            Architecture = sparse.TryGetProperty("activation", out var activation) ? activation.GetString()! : "topk", K = sparse.GetProperty("k").GetInt32(),
            DIn = _manifest.GetProperty("d_in").GetInt32(), DSae = sparse.GetProperty("num_latents").GetInt32(),
        };
        if (IsTranscoder) config = config with { Architecture = $"{config.Architecture}{(HasSkip ? "_skip" : "")}_transcoder", DOut = File.Read("target_A").Columns, ApplyBDecToInput = false };
        var warmup = _run.GetProperty("lr_warmup_steps").GetInt32();
        var options = new TrainingOptions
        {
            Steps = Steps, Convention = Convention.Sparsify, LossUnit = LossUnit.VarianceUnexplained, ClipNorm = null,
            Rate = new() { Peak = _run.GetProperty("lr").GetDouble(), WarmupSteps = warmup, DecaySteps = Steps - warmup },
            Decoder = new() { Constraint = IsTranscoder ? DecoderConstraint.None : DecoderConstraint.UnitNorm, Bias = BiasInit.Mean },
            Dead = new() { WindowTokens = _run.GetProperty("dead_feature_threshold_tokens").GetInt64(), AuxCoefficient = AuxCoefficient },
            Selection = new() { Multi = sparse.TryGetProperty("multi_topk", out var multi) && multi.GetBoolean() },
            Input = new() { Normalisation = InputNormalisation.None },
        };
        var result = new SaeTrainer(config, options, new PoolSource(IsTranscoder ? Pairs(DType.F32) : _pool, Batch), backend, type);
        foreach (var (name, weight) in Weights(result)) File.Read($"init.{name}").ConvertTo(weight.Value);
        if (!IsTranscoder) UnitNormDecoder.Normalise(result.TrainingStep.Weights.Decoder);
        return result;
    }

    private int Batch => _manifest.GetProperty("batch").GetInt32();

    /// <summary>Step t. A transcoder's targets are made in the trainer's own precision.</summary>
    public StepReport Advance(SaeTrainer trainer, int t)
    {
        if (!IsTranscoder) return trainer.Advance(default);
        trainer.Prepare(default);
        var pairs = Pairs(trainer.Setting.Type);
        return trainer.AdvanceOn(pairs.Rows(t * Batch % pairs.RowCount, Batch));
    }

    /// <summary>Rows of x beside y = tanh(x·A).</summary>
    private Tensor Pairs(DType type)
    {
        var matrix = File.Read("target_A");
        var pairs = Tensor.Zeros(type, _pool.RowCount, _pool.Columns + matrix.Columns);
        for (var row = 0; row < _pool.RowCount; row++)
        {
            for (var i = 0; i < _pool.Columns; i++) pairs.Write((long)row * pairs.Columns + i, _pool.Row<float>(row)[i]);
            for (var j = 0; j < matrix.Columns; j++)
            {
                var sum = 0.0;
                for (var i = 0; i < _pool.Columns; i++) sum += (double)_pool.Row<float>(row)[i] * matrix.Row<float>(i)[j];
                pairs.Write((long)row * pairs.Columns + _pool.Columns + j, Math.Tanh(sum));
            }
        }
        return pairs;
    }

    /// <summary>A column of a drift table at a step, the first recorded one at or after it.</summary>
    public double Drift(string table, int step, string column = "param_max_abs") =>
        _run.GetProperty(table).EnumerateArray().First(row => row.GetProperty("step").GetInt32() >= step).GetProperty(column).GetDouble();

    public void RequireLog(string name, int t, double actual, double tolerance)
    {
        var expected = File.Read($"log.{name}").Read(t);
        Assert.True(Math.Abs(actual - expected) <= tolerance * Math.Max(1, Math.Abs(expected)), $"step {t}: {name} is {actual:R}, expected {expected:R}");
    }

    /// <summary>Their gradients are from before the projection of the decoder's.</summary>
    public void RequireFirstGradient(SaeTrainer trainer, SaeTrainer initial)
    {
        foreach (var (name, weight) in Weights(trainer))
        {
            var expected = initial.TrainingStep.Weights.All.Single(other => other.Name == weight.Name);
            File.Read($"grad_step1.f64.{name}").ConvertTo(expected.Gradient);
            if (name == "W_dec" && !IsTranscoder) UnitNormDecoder.Project(expected, 0);
            RequireClose(expected.Gradient, weight.Gradient, 1e-12, $"gradient of {name}");
        }
    }

    public void RequireParameters(int step, string precision, SaeTrainer trainer, double tolerance)
    {
        foreach (var (name, weight) in Weights(trainer))
        {
            if (!File.Contains($"params.{precision}.step{step}.{name}")) return;
            var expected = new TrainedTensor(name, trainer.Setting.Optimiser, weight.Value.DType, weight.Value.Shape);
            File.Read($"params.{precision}.step{step}.{name}").ConvertTo(expected.Value);
            if (name == "W_dec" && !IsTranscoder) UnitNormDecoder.Normalise(expected);
            RequireClose(expected.Value, weight.Value, tolerance, $"{name} after step {step}");
        }
    }

    private IEnumerable<(string Name, TrainedTensor Weight)> Weights(SaeTrainer trainer) =>
        _run.GetProperty("parameters").EnumerateObject().Select(parameter => (parameter.Name, trainer.TrainingStep.Weights.All.Single(weight => weight.Name == Names[parameter.Name])));

    private static void RequireClose(Tensor expected, Tensor actual, double tolerance, string what)
    {
        for (var i = 0L; i < expected.Count; i++)
            Assert.True(Math.Abs(expected.Read(i) - actual.Read(i)) <= tolerance, $"{what}[{i}] is {actual.Read(i):R}, expected {expected.Read(i):R}, tolerance {tolerance}");
    }
}
