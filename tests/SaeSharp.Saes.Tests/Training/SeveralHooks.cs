using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>Laws of SAEs that read or write more than one hook, for every encoder they can have.</summary>
public class SeveralHooks
{
    private const int DIn = 6, DOut = 9, DSae = 24, Batch = 40;

    private static readonly TrainingOptions Options = new()
    {
        Steps = 30, Rate = new() { Peak = 5e-3, WarmupSteps = 3, DecaySteps = 6 }, Penalty = new() { Coefficient = 0.05, WarmupSteps = 2 }, Dead = new() { WindowTokens = 100 * Batch }, ClipNorm = null, Seed = 5,
        JumpRelu = new() { InitialThreshold = 0.05, Penalty = JumpReluPenalty.Tanh },
    };

    public static TheoryData<string> Transcoders => [.. SaeTrainer.Architectures.Where(name => name.EndsWith("transcoder", StringComparison.Ordinal))];

    /// <summary>Architectures of crosscoders, and all transcoders.</summary>
    public static TheoryData<string> All => ["topk", "batchtopk", "matryoshka_batchtopk", "standard", "gated", "jumprelu", .. Transcoders.Select(row => row.Data)];

    [Theory, MemberData(nameof(All))]
    public void Every_gradient_is_the_slope_of_the_loss(string architecture)
    {
        const int Step = 10;
        const double H = 1e-6;
        var trainer = Trainer(architecture, Options with { Input = new() { Normalisation = InputNormalisation.None } }, Reference.Instance, DType.F64);
        for (var t = 0; t < Step; t++) trainer.Advance(default);
        var (x, step) = (Tensor.Zeros(DType.F64, Batch, trainer.Source.DIn), trainer.TrainingStep);
        Pool(architecture).Rows(0, Batch).ConvertTo(x);
        double Loss() => step.Run(x.Clone(), Step, []).Loss;

        Loss();
        var gradients = step.Weights.All.ToDictionary(weight => weight.Name, weight => weight.Gradient.Clone());
        foreach (var weight in step.Weights.All.Where(weight => weight.Name != "threshold")) // whose slope is made up
            for (var i = 0L; i < weight.Value.Count; i += 1 + weight.Value.Count / 40)
            {
                var value = weight.Value.Read(i);
                weight.Value.Write(i, value + H);
                var above = Loss();
                weight.Value.Write(i, value - H);
                var below = Loss();
                weight.Value.Write(i, value);
                var (expected, actual) = ((above - below) / (2 * H), gradients[weight.Name].Read(i));
                Assert.True(Math.Abs(expected - actual) <= 1e-6 * Math.Max(1, Math.Abs(expected)), $"{weight.Name}[{i}] has gradient {actual:R}, expected {expected:R}");
            }
    }

    [Theory, MemberData(nameof(All))]
    public void A_run_stopped_ends_with_the_same_bits(string architecture)
    {
        var whole = Trainer(architecture, Options).Run();
        using var folder = new TemporaryFolder();
        var first = Trainer(architecture, Options);
        for (var t = 0; t < 13; t++) first.Advance(default);
        first.Save(folder.Path);
        var resumed = SaeTrainer.Resume(folder.Path, Config(architecture), Options, Source(architecture), Reference.Instance);
        Assert.Equal(13, resumed.Step);
        var sae = resumed.Run();
        foreach (var (name, tensor) in whole.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), sae.Tensors[name].Span<float>().ToArray());
    }

    [Theory, MemberData(nameof(All))]
    public void The_saved_SAE_reads_back_and_gives_the_same(string architecture)
    {
        var sae = Trainer(architecture, Options).Run();
        using var folder = new TemporaryFolder();
        SaeFolder.Save(sae, folder["sae"]);
        var loaded = SaeFolder.Load(folder["sae"], Reference.Instance);
        var x = Columns(Pool(architecture), 0, sae.DIn);
        Assert.Equal(sae.Reconstruct(x).Span<float>().ToArray(), loaded.Reconstruct(x).Span<float>().ToArray());
        Assert.Equal((sae.Config.HookName, sae.Config.HookNameOut, sae.DOut), (loaded.Config.HookName, loaded.Config.HookNameOut, loaded.DOut));
    }

    /// <summary>TopK and standard choose latents of a row in training as they do when finished.</summary>
    [Theory, InlineData("topk"), InlineData("standard"), InlineData("topk_transcoder"), InlineData("topk_skip_transcoder"), InlineData("transcoder"), InlineData("skip_transcoder")]
    public void The_finished_SAE_reads_raw_rows_and_leaves_the_error_of_training(string architecture)
    {
        var trainer = Trainer(architecture, Options);
        var sae = trainer.Run();
        var (raw, scaled) = (Pool(architecture).Rows(0, Batch), Tensor.Zeros(DType.F32, Batch, trainer.Source.DIn));
        raw.ConvertTo(scaled);
        trainer.Input.Apply(scaled);
        var written = (sae.Config.IsTranscoder ? sae.DIn : 0, sae.DOut);
        var (y, target, back) = (sae.Reconstruct(Columns(raw, 0, sae.DIn)), Columns(scaled, written.Item1, written.DOut), Columns(raw, written.Item1, written.DOut));
        var squares = 0.0;
        for (var i = 0L; i < y.Count; i++) squares += Math.Pow((y.Read(i) - back.Read(i)) * target.Read(i) / back.Read(i), 2); // in the units of training
        Assert.Equal(trainer.TrainingStep.Run(scaled, Options.Steps, []).Error * Batch, squares, 1e-3 * squares);
    }

    [Fact]
    public void A_transcoder_of_a_hook_to_itself_is_the_SAE_that_leaves_b_dec_on_its_input()
    {
        var options = Options with { Input = new() { Normalisation = InputNormalisation.None } };
        var pool = PoolSource.SparseSums(3, 10 * Batch, DIn, directions: 12, active: 2);
        var pairs = Tensor.Zeros(DType.F32, pool.RowCount, 2 * DIn);
        for (var i = 0L; i < pairs.Count; i++) pairs.Write(i, pool.Read(i / (2 * DIn) * DIn + i % DIn));
        var plain = new SaeTrainer(new() { Architecture = "topk", DIn = DIn, DSae = DSae, K = 3, ApplyBDecToInput = false, RescaleActsByDecoderNorm = true }, options, new PoolSource(pool, Batch), Reference.Instance);
        var transcoder = new SaeTrainer(new() { Architecture = "topk_transcoder", DIn = DIn, DOut = DIn, DSae = DSae, K = 3, ApplyBDecToInput = false, RescaleActsByDecoderNorm = true }, options, new PoolSource(pairs, Batch), Reference.Instance);
        foreach (var (to, from) in transcoder.TrainingStep.Weights.All.Zip(plain.TrainingStep.Weights.All)) from.Value.CopyTo(to.Value);
        for (var t = 0; t < options.Steps; t++) Assert.Equal(plain.Advance(default).Loss, transcoder.Advance(default).Loss);
        foreach (var (a, b) in plain.TrainingStep.Weights.All.Zip(transcoder.TrainingStep.Weights.All)) Assert.Equal(a.Value.Span<float>().ToArray(), b.Value.Span<float>().ToArray());
    }

    [Theory, InlineData("topk"), InlineData("standard"), InlineData("topk_transcoder"), InlineData("topk_skip_transcoder")]
    public void Steps_allocate_nothing(string architecture)
    {
        var trainer = Trainer(architecture, Options, CpuBackend.Create(1));
        for (var i = 0; i < 3; i++) trainer.Advance(default);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) trainer.Advance(default);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Not with a skip connection: what it gives linearly need not be in the latents.</summary>
    [Theory, InlineData("topk_transcoder", 1), InlineData("batchtopk_transcoder", 1), InlineData("topk", 3), InlineData("batchtopk", 3)]
    public void A_planted_dictionary_is_found(string architecture, int parts)
    {
        const int Width = 24, Directions = 30, Rows = 256;
        var hooks = string.Join(',', Enumerable.Range(0, parts).Select(layer => $"blocks.{layer}.hook_resid_post"));
        var isTranscoder = parts == 1;
        var pool = PoolSource.SparseSums(8, 40 * Rows, isTranscoder ? 2 * Width : parts * Width, Directions, active: 2);
        var config = new SaeConfig
        {
            Architecture = architecture, DIn = parts * Width, DOut = isTranscoder ? Width : null, DSae = 40, K = 2, ApplyBDecToInput = !isTranscoder, HookName = hooks, RescaleActsByDecoderNorm = true,
        };
        var options = new TrainingOptions { Steps = 1500, Rate = new() { Peak = 5e-3, WarmupSteps = 50, DecaySteps = 500 }, Decoder = new() { Directions = DirectionInit.Data, Bias = BiasInit.GeometricMedian }, Dead = new() { WindowTokens = 20 * Rows }, Seed = 1 };
        var decoder = new SaeTrainer(config, options, new PoolSource(pool, Rows), CpuBackend.Create(1)).Run().DecoderDirections;
        var planted = RandomTensors.Normal(8, Directions, pool.Columns);      // what SparseSums adds up
        var found = Enumerable.Range(0, Directions).Average(direction => Enumerable.Range(0, decoder.RowCount).Max(latent => Cosine(decoder.Row<float>(latent), planted.Row<float>(direction)[^decoder.Columns..])));
        Assert.True(found >= 0.9, $"mean largest cosine {found:F3}");
    }

    [Fact]
    public void Each_hook_is_scaled_on_its_own()
    {
        var pool = Pool("topk").Clone();
        for (var row = 0; row < pool.RowCount; row++)
            for (var i = 0; i < DIn / 2; i++) pool.Row<float>(row)[i] *= 1000;
        var trainer = new SaeTrainer(Config("topk"), Options, new PoolSource(pool, Batch), Reference.Instance);
        trainer.Prepare(default);
        trainer.Input.Apply(pool);
        double Mean(int first) => Enumerable.Range(0, pool.RowCount).Average(row => Math.Sqrt(pool.Row<float>(row).Slice(first, DIn / 2).ToArray().Sum(value => (double)value * value)));
        Assert.Equal((Math.Sqrt(DIn / 2), Math.Sqrt(DIn / 2)), (Mean(0), Mean(DIn / 2)), (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-4 && Math.Abs(a.Item2 - b.Item2) < 1e-4);
    }

    [Fact]
    public void Rows_of_another_width_and_uneven_hooks_are_refused()
    {
        Assert.Contains($"takes {DIn + DOut}", Assert.Throws<OptionException>(() => new SaeTrainer(Config("topk_transcoder"), Options, Source("topk"), Reference.Instance)).Message, StringComparison.Ordinal);
        Assert.Contains("evenly", Assert.Throws<SaeException>(() => new SaeTrainer(Config("topk") with { HookName = "a,b,c,d" }, Options, Source("topk"), Reference.Instance)).Message, StringComparison.Ordinal);
    }

    private static SaeConfig Config(string architecture)
    {
        var isTranscoder = architecture.EndsWith("transcoder", StringComparison.Ordinal);
        var counts = architecture.Contains("topk", StringComparison.Ordinal) || architecture.StartsWith("groupmax", StringComparison.Ordinal);
        return new()
        {
            Architecture = architecture, DIn = DIn, DSae = DSae, DOut = isTranscoder ? DOut : null, K = counts ? 4 : 0, RescaleActsByDecoderNorm = architecture.Contains("topk", StringComparison.Ordinal),
            ApplyBDecToInput = !isTranscoder, HookName = isTranscoder ? "blocks.0.ln2.hook_normalized" : "blocks.0.hook_resid_post,blocks.1.hook_resid_post", HookNameOut = isTranscoder ? "blocks.0.hook_mlp_out" : null,
        };
    }

    private static Tensor Pool(string architecture) => PoolSource.SparseSums(6, 10 * Batch, Config(architecture).IsTranscoder ? DIn + DOut : DIn, directions: 20, active: 3);

    private static PoolSource Source(string architecture) => new(Pool(architecture), Batch);

    private static SaeTrainer Trainer(string architecture, TrainingOptions options, Backend? backend = null, DType type = DType.F32) =>
        new(Config(architecture), options, Source(architecture), backend ?? Reference.Instance, type);

    private static Tensor Columns(Tensor x, int first, int width)
    {
        var part = Tensor.Zeros(DType.F32, x.RowCount, width);
        for (var row = 0; row < x.RowCount; row++) x.Row<float>(row).Slice(first, width).CopyTo(part.Row<float>(row));
        return part;
    }

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(a, b);
}
