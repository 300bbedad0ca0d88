using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>Normalisations of each activation, which the finished SAE goes on doing.</summary>
public class NormalisedRuns
{
    private const int Batch = 40, DIn = 12;
    private static readonly Tensor Pool = Moved(PoolSource.SparseSums(6, 10 * Batch, DIn, directions: 20, active: 3));

    public static TheoryData<InputNormalisation, string> All => new MatrixTheoryData<InputNormalisation, string>(
        [InputNormalisation.ConstantNorm, InputNormalisation.LayerNorm], ["topk", "standard", "jumprelu", "gated", "batchtopk", "matching_pursuit"]);

    [Theory, MemberData(nameof(All))]
    public void The_finished_SAE_reads_raw_activations_and_leaves_the_error_of_training(InputNormalisation normalisation, string architecture)
    {
        var trainer = Trainer(architecture, normalisation);
        var sae = trainer.Run();
        Assert.NotEqual(ActivationNormalisation.None, sae.Config.NormalizeActivations);
        using var folder = new TemporaryFolder();
        SaeFolder.Save(sae, folder["sae"]);
        var loaded = SaeFolder.Load(folder["sae"], Reference.Instance);
        Assert.Equal(sae.Config.NormalizeActivations, loaded.Config.NormalizeActivations);
        if (architecture == "batchtopk") return; // chooses other latents once it is finished

        var (raw, normalised) = (Pool.Rows(0, Batch), Pool.Rows(0, Batch).Clone());
        trainer.Input.Apply(normalised);
        var (y, squares) = (loaded.Reconstruct(raw), 0.0);
        for (var row = 0; row < Batch; row++)
        {
            var scale = Deviation(raw.Row<float>(row)) / Deviation(normalised.Row<float>(row));
            for (var i = 0; i < DIn; i++) squares += Math.Pow((raw.Row<float>(row)[i] - (double)y.Row<float>(row)[i]) / scale, 2);
        }
        Assert.Equal(trainer.TrainingStep.Run(normalised, 30, []).Error * Batch, squares, 1e-3 * squares);
    }

    /// <summary>So every activation counts alike, penalties mean what they mean for activations of one length, and on such activations SAELens' error, taken of raw ones, is the same.</summary>
    [Theory, MemberData(nameof(All))]
    public void Training_is_that_on_activations_which_were_normalised_before(InputNormalisation normalisation, string architecture)
    {
        var normalised = Pool.Clone();
        Trainer(architecture, normalisation).Input.Apply(normalised);
        var (within, before) = (Trainer(architecture, normalisation).Run(), Trainer(architecture, InputNormalisation.None, normalised).Run());
        Assert.Equal(before.Tensors.Keys, within.Tensors.Keys);
        foreach (var (name, tensor) in before.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), within.Tensors[name].Span<float>().ToArray());
    }

    [Fact]
    public void A_constant_scalar_is_training_on_activations_times_it()
    {
        var scaled = Pool.Clone();
        Reference.Instance.Scale(scaled, 0.35, scaled);
        var (a, b) = (Trainer("topk", InputNormalisation.ConstantScalar).Run(), Trainer("topk", InputNormalisation.None, scaled).Run());
        foreach (var (name, tensor) in a.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), b.FoldActivationScale(0.35).Tensors[name].Span<float>().ToArray());
    }

    [Theory, InlineData(InputNormalisation.ConstantNorm, "constant_norm_rescale"), InlineData(InputNormalisation.LayerNorm, "layer_norm")]
    public void Rows_are_those_of_SAELens(InputNormalisation normalisation, string name)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var pieces = SafetensorsFile.Open(SharedFiles.At("golden", "saes", "training", "pieces.safetensors"));
        var (rows, expected) = (pieces.Read("norm.batch0").To(DType.F64), pieces.Read($"norm_in.{name}"));
        var config = RandomTensors.Config("topk", rows.Columns, 24);
        new SaeTrainer(config, Options(normalisation), new PoolSource(Tensor.Zeros(DType.F32, Batch, rows.Columns), Batch), Reference.Instance, DType.F64).Input.Apply(rows);
        for (var i = 0L; i < rows.Count; i++) Assert.Equal(expected.Read(i), rows.Read(i), 1e-12);
    }

    [Fact]
    public void A_saved_SAE_is_trained_further_under_its_own_normalisation_or_not_at_all()
    {
        var saved = Trainer("standard", InputNormalisation.LayerNorm).Run();
        SaeTrainer From(InputNormalisation normalisation) => new(RandomTensors.Config("standard", DIn, 40), Options(normalisation) with { Rate = new() { Peak = 1e-9 } }, new PoolSource(Pool, Batch), Reference.Instance) { Start = saved };
        var trainer = From(InputNormalisation.LayerNorm);
        trainer.Advance(default);
        var (expected, actual) = (saved.Reconstruct(Pool), trainer.Snapshot().Reconstruct(Pool));
        for (var i = 0L; i < expected.Count; i++) Assert.Equal(expected.Read(i), actual.Read(i), 1e-4);
        foreach (var other in new[] { InputNormalisation.MeanNorm, InputNormalisation.ConstantNorm }) Assert.Contains("LayerNorm", Assert.Throws<OptionException>(() => From(other).Advance(default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_several_hooks_are_refused() => Assert.Throws<OptionException>(() => new SaeTrainer(RandomTensors.Config("topk", DIn, 40) with { HookName = "a,b" }, Options(InputNormalisation.LayerNorm), new PoolSource(Pool, Batch), Reference.Instance));

    /// <summary>Away from 0, so that means matter.</summary>
    private static Tensor Moved(Tensor pool)
    {
        for (var i = 0L; i < pool.Count; i++) pool.Write(i, pool.Read(i) + 2);
        return pool;
    }

    private static double Deviation(ReadOnlySpan<float> row)
    {
        var values = row.ToArray();
        return Math.Sqrt(values.Sum(value => Math.Pow(value - values.Average(), 2)));
    }

    private static TrainingOptions Options(InputNormalisation normalisation) => new()
    {
        Steps = 30, Rate = new() { Peak = 5e-3 }, Penalty = new() { Coefficient = 0.05 }, Dead = new() { WindowTokens = 100 * Batch }, Input = new() { Normalisation = normalisation, Factor = 0.35 }, Seed = 5, JumpRelu = new() { InitialThreshold = 0.05 },
    };

    private static SaeTrainer Trainer(string architecture, InputNormalisation normalisation, Tensor? pool = null) =>
        new(RandomTensors.Config(architecture, DIn, 40), Options(normalisation), new PoolSource(pool ?? Pool, Batch), Reference.Instance);
}
