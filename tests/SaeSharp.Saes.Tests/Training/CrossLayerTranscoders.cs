using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>Laws of cross-layer transcoders, for every encoder they can have.</summary>
public class CrossLayerTranscoders
{
    private const int Layers = 3, DIn = 4, DOut = 5, Latents = 8, Batch = 40;

    private static readonly TrainingOptions Options = new()
    {
        Steps = 30, Rate = new() { Peak = 5e-3, WarmupSteps = 3, DecaySteps = 6 }, Penalty = new() { Coefficient = 0.05, WarmupSteps = 2 }, Dead = new() { WindowTokens = 3 * Batch }, Seed = 5,
        JumpRelu = new() { InitialThreshold = 0.05, Penalty = JumpReluPenalty.Tanh }, Decoder = new() { Directions = DirectionInit.Data, Bias = BiasInit.Mean },
    };

    public static TheoryData<string> Names => ["batchtopk_transcoder", "batchtopk_skip_transcoder", "jumprelu_transcoder", "jumprelu_skip_transcoder", "transcoder", "skip_transcoder"];

    [Theory, MemberData(nameof(Names))]
    public void A_latent_reads_its_layer_and_writes_that_and_later_ones_alone(string architecture)
    {
        var trainer = Trainer(architecture);
        for (var t = 0; t < 25; t++) trainer.Advance(default);
        var weights = trainer.TrainingStep.Weights;
        for (var latent = 0; latent < Layers * Latents; latent++)
        {
            var layer = latent / Latents;
            RequireZeros(weights.Encoder.Value.Row<float>(latent), column => column / DIn != layer);
            RequireZeros(weights.Decoder.Value.Row<float>(latent), column => column / DOut < layer);
        }
        for (var row = 0; row < Layers * DOut && weights.Skip is { } skip; row++) RequireZeros(skip.Value.Row<float>(row), column => column / DIn != row / DOut);
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_gradient_is_the_slope_of_the_loss(string architecture)
    {
        const double H = 1e-6;
        var trainer = Trainer(architecture, Options with { Input = new() { Normalisation = InputNormalisation.None }, Dead = new() { WindowTokens = 100 * Batch } }, DType.F64);
        for (var t = 0; t < 10; t++) trainer.Advance(default);
        var (x, step) = (Tensor.Zeros(DType.F64, Batch, trainer.Source.DIn), trainer.TrainingStep);
        Pool().Rows(0, Batch).ConvertTo(x);
        double Loss() => step.Run(x.Clone(), 10, []).Loss;
        Loss();
        var gradients = step.Weights.All.ToDictionary(weight => weight.Name, weight => weight.Gradient.Clone());
        foreach (var weight in step.Weights.All.Where(weight => weight.Name != "threshold")) // whose slope is made up
            for (var i = 0L; i < weight.Value.Count; i += 1 + weight.Value.Count / 60)
            {
                if (weight.Name is "W_enc" or "W_dec" or "W_skip" && weight.Value.Read(i) == 0) continue;
                var value = weight.Value.Read(i);
                weight.Value.Write(i, value + H);
                var above = Loss();
                weight.Value.Write(i, value - H);
                var below = Loss();
                weight.Value.Write(i, value);
                var expected = (above - below) / (2 * H);
                Assert.True(Math.Abs(expected - gradients[weight.Name].Read(i)) <= 1e-6 * Math.Max(1, Math.Abs(expected)), $"{weight.Name}[{i}] has gradient {gradients[weight.Name].Read(i):R}, expected {expected:R}");
            }
    }

    /// <summary>The loss written out: layer by layer, over all layers before.</summary>
    [Theory, InlineData("transcoder"), InlineData("skip_transcoder")]
    public void The_loss_is_that_of_each_layer_written_by_all_before_it(string architecture)
    {
        var trainer = Trainer(architecture, Options with { Input = new() { Normalisation = InputNormalisation.None } }, DType.F64);
        for (var t = 0; t < 10; t++) trainer.Advance(default);
        var (weights, x) = (trainer.TrainingStep.Weights, Tensor.Zeros(DType.F64, Batch, trainer.Source.DIn));
        Pool().Rows(0, Batch).ConvertTo(x);
        var (encoder, decoder, skip) = (weights.Encoder.Value, weights.Decoder.Value, weights.Skip?.Value);
        var (error, penalty) = (0.0, 0.0);
        for (var row = 0; row < Batch; row++)
        {
            var y = weights.DecoderBias.Value.Span<double>().ToArray();
            for (var source = 0; source < Layers; source++)
            {
                var own = x.Row<double>(row).Slice(source * DIn, DIn);
                for (var latent = source * Latents; latent < (source + 1) * Latents; latent++)
                {
                    var f = weights.EncoderBias.Value.Read(latent);
                    for (var i = 0; i < DIn; i++) f += own[i] * encoder.Row<double>(latent)[source * DIn + i];
                    if (f <= 0) continue;
                    var norm = 0.0;
                    for (var target = source; target < Layers; target++)
                        for (var i = 0; i < DOut; i++)
                        {
                            var w = decoder.Row<double>(latent)[target * DOut + i];
                            y[target * DOut + i] += f * w;
                            norm += w * w;
                        }
                    penalty += f * Math.Sqrt(norm);
                }
                for (var i = 0; i < DOut && skip is not null; i++)
                    for (var j = 0; j < DIn; j++) y[source * DOut + i] += skip.Row<double>(source * DOut + i)[source * DIn + j] * own[j];
            }
            for (var i = 0; i < y.Length; i++) error += Math.Pow(x.Row<double>(row)[Layers * DIn + i] - y[i], 2);
        }
        var terms = trainer.TrainingStep.Run(x, 10, []);
        Assert.Equal(error / Batch, terms.Error, 1e-10);
        Assert.Equal(terms.Coefficient * penalty / Batch, terms.Sparsity, 1e-10);
    }

    [Theory, MemberData(nameof(Names))]
    public void Its_layers_read_back_from_circuit_tracers_layout_add_up_to_it(string architecture)
    {
        using var folder = new TemporaryFolder();
        var sae = Trainer(architecture).Run();
        SaeFolder.Save(sae, folder["whole"]);
        Assert.Equal(sae.Config.HookNameOut, SaeFolder.Load(folder["whole"], Reference.Instance).Config.HookNameOut);
        SaeFolder.SaveLayers(sae, folder["layers"]);
        var x = Columns(Pool(), 0, Layers * DIn);
        var (expected, sum) = (sae.Reconstruct(x), Tensor.Zeros(DType.F32, x.RowCount, Layers * DOut));
        for (var layer = 0; layer < Layers; layer++)
        {
            var part = SaeFolder.Load(folder[$"layers/{layer + 2}"], Reference.Instance);
            Assert.Equal(sae.Config.Hooks[layer], part.Config.HookName);
            Assert.Equal(sae.Config.HooksOut.Skip(layer), part.Config.HooksOut);
            var y = part.Reconstruct(Columns(x, layer * DIn, DIn));
            for (var row = 0; row < y.RowCount; row++)
                for (var i = 0; i < y.Columns; i++) sum.Row<float>(row)[layer * DOut + i] += y.Row<float>(row)[i];
        }
        for (var i = 0L; i < sum.Count; i++) Assert.Equal(expected.Read(i), sum.Read(i), 1e-5 * (1 + Math.Abs(expected.Read(i))));
    }

    [Fact]
    public void A_run_stopped_ends_with_the_same_bits()
    {
        var whole = Trainer("batchtopk_transcoder").Run();
        using var folder = new TemporaryFolder();
        var first = Trainer("batchtopk_transcoder");
        for (var t = 0; t < 13; t++) first.Advance(default);
        first.Save(folder.Path);
        var sae = SaeTrainer.Resume(folder.Path, Config("batchtopk_transcoder"), Options, new PoolSource(Pool(), Batch), Reference.Instance).Run();
        foreach (var (name, tensor) in whole.Tensors) Assert.Equal(tensor.Span<float>().ToArray(), sae.Tensors[name].Span<float>().ToArray());
    }

    [Fact]
    public void What_one_layer_could_not_tell_is_refused()
    {
        Assert.Contains("not offered", Assert.Throws<SaeException>(() => Trainer("topk_transcoder")).Message, StringComparison.Ordinal);
        Assert.Contains("evenly", Assert.Throws<SaeException>(() => new SaeTrainer(Config("transcoder") with { DSae = 25 }, Options, new PoolSource(Pool(), Batch), Reference.Instance)).Message, StringComparison.Ordinal);
        Assert.Contains("Muon", Assert.Throws<OptionException>(() => Trainer("transcoder", Options with { Optimiser = new() { Kind = OptimiserKind.Muon } })).Message, StringComparison.Ordinal);
        var apart = Trainer("transcoder").Run();
        Assert.Throws<SaeException>(() => SaeFolder.SaveLayers(SaeCatalog.Create(apart.Config with { HookName = "blocks.0.a,blocks.2.a,blocks.3.a" }, new("weights", apart.Tensors.ToDictionary()), Reference.Instance), Path.GetTempPath()));
    }

    /// <summary>Features that are read at one layer and written at that and the later ones.</summary>
    [Fact]
    public void A_planted_dictionary_is_found()
    {
        const int Width = 16, Features = 18, Rows = 256, Planted = Layers * Features;
        var (read, written) = (RandomTensors.Normal(1, Planted, Width), RandomTensors.Normal(2, Planted, Layers * Width));
        var (random, pool) = (new SeededRandom(3), Tensor.Zeros(DType.F32, 40 * Rows, 2 * Layers * Width));
        for (var row = 0; row < pool.RowCount; row++)
            for (var layer = 0; layer < Layers; layer++)
                for (var i = 0; i < 2; i++)
                {
                    var feature = layer * Features + random.NextInt(Features);
                    var x = pool.Row<float>(row);
                    var strength = 0.5f + (float)random.NextDouble();
                    for (var j = 0; j < Width; j++) x[layer * Width + j] += strength * read.Row<float>(feature)[j];
                    for (var j = layer * Width; j < Layers * Width; j++) x[Layers * Width + j] += strength * written.Row<float>(feature)[j];
                }
        var config = Config("batchtopk_transcoder") with { DIn = Layers * Width, DOut = Layers * Width, DSae = Layers * 24, K = 2 * Layers };
        var options = new TrainingOptions { Steps = 1500, Rate = new() { Peak = 5e-3, WarmupSteps = 50, DecaySteps = 500 }, Dead = new() { WindowTokens = 20 * Rows }, Decoder = new() { Bias = BiasInit.Mean }, Seed = 1 };
        var decoder = new SaeTrainer(config, options, new PoolSource(pool, Rows), CpuBackend.Create(1)).Run().DecoderDirections;
        var found = Enumerable.Range(0, Planted).Average(feature =>
        {
            var layer = feature / Features;
            return Enumerable.Range(layer * 24, 24).Max(latent => System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(
                decoder.Row<float>(latent)[(layer * Width)..], written.Row<float>(feature)[(layer * Width)..]));
        });
        Assert.True(found >= 0.9, $"mean largest cosine {found:F3}");
    }

    private static SaeConfig Config(string architecture) => new()
    {
        Architecture = architecture, DIn = Layers * DIn, DOut = Layers * DOut, DSae = Layers * Latents, K = architecture.Contains("topk", StringComparison.Ordinal) ? 6 : 0, ApplyBDecToInput = false,
        RescaleActsByDecoderNorm = architecture.Contains("topk", StringComparison.Ordinal), ModelName = "it's tiny",
        HookName = string.Join(',', Enumerable.Range(2, Layers).Select(layer => $"blocks.{layer}.ln2.hook_normalized")), HookNameOut = string.Join(',', Enumerable.Range(2, Layers).Select(layer => $"blocks.{layer}.hook_mlp_out")),
    };

    private static Tensor Pool() => PoolSource.SparseSums(6, 10 * Batch, Layers * (DIn + DOut), directions: 20, active: 3);

    private static SaeTrainer Trainer(string architecture, TrainingOptions? options = null, DType type = DType.F32) => new(Config(architecture), options ?? Options, new PoolSource(Pool(), Batch), Reference.Instance, type);

    private static void RequireZeros(ReadOnlySpan<float> row, Func<int, bool> isZero)
    {
        for (var i = 0; i < row.Length; i++) Assert.True(!isZero(i) || row[i] == 0, $"column {i} holds {row[i]}");
    }

    private static Tensor Columns(Tensor x, int first, int width)
    {
        var part = Tensor.Zeros(DType.F32, x.RowCount, width);
        for (var row = 0; row < x.RowCount; row++) x.Row<float>(row).Slice(first, width).CopyTo(part.Row<float>(row));
        return part;
    }
}
