using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

/// <summary>Screening in 8-bit integers is not to be seen in a training: on trained weights, step after step, the same latents are chosen and every number is the same.</summary>
public class ScreenedSteps
{
    private const int DIn = 80, DSae = 640, K = 12, Batch = 128, Trained = 150, Compared = 100;

    private static readonly TrainingOptions Options = new()
    {
        Steps = Trained + Compared, Rate = new() { Peak = 3e-3 }, Dead = new() { WindowTokens = 20 * Batch }, Input = new() { Normalisation = InputNormalisation.None }, Seed = 2,
    };

    [Theory, InlineData("topk", false), InlineData("topk", true), InlineData("batchtopk", false), InlineData("batchtopk", true)]
    public void On_trained_weights_the_chosen_latents_are_those_of_f32_in_every_step(string architecture, bool hasTwins)
    {
        var (off, on) = (CpuBackend.Create(1, screening: Screening.Off), CpuBackend.Create(2, screening: Screening.On));
        var pool = PoolSource.SparseSums(5, 16 * Batch, DIn, directions: 400, active: 8);
        var config = new SaeConfig { Architecture = architecture, DIn = DIn, DSae = DSae, K = K, RescaleActsByDecoderNorm = true };
        var (plain, screened) = (new SaeTrainer(config, Options, new PoolSource(pool, Batch), off), new SaeTrainer(config, Options, new PoolSource(pool, Batch), on));
        for (var t = 0; t < Trained; t++) Assert.Equal(plain.Advance(default).Loss, screened.Advance(default).Loss);
        var seen = new HashSet<int>();
        for (var t = Trained; t < Trained + Compared; t++)
        {
            if (hasTwins) MakeTwins(plain, screened);
            var x = pool.Rows(t % 16 * Batch, Batch);
            var (expected, actual) = (Choice(off, plain, x), Choice(on, screened, x));
            Assert.Equal(expected.Starts.ToArray(), actual.Starts.ToArray());
            Assert.Equal(expected.Indices.Span<int>()[..expected.Count].ToArray(), actual.Indices.Span<int>()[..actual.Count].ToArray());
            Assert.Equal(expected.Values.Span<float>()[..expected.Count].ToArray(), actual.Values.Span<float>()[..actual.Count].ToArray());
            seen.UnionWith(expected.Indices.Span<int>()[..expected.Count].ToArray());
            Assert.Equal(plain.Advance(default).Loss, screened.Advance(default).Loss);
        }
        foreach (var (a, b) in plain.TrainingStep.Weights.All.Zip(screened.TrainingStep.Weights.All)) Assert.Equal(a.Value.Span<float>().ToArray(), b.Value.Span<float>().ToArray());
        Assert.True(seen.Count > DSae / 4, $"only {seen.Count} latents were ever chosen");
    }

    /// <summary>Every fourth latent becomes the one before it, to the bit: wherever one is chosen last, the tie has to go to the smaller.</summary>
    private static void MakeTwins(params ReadOnlySpan<SaeTrainer> trainers)
    {
        foreach (var trainer in trainers)
        {
            var weights = trainer.TrainingStep.Weights;
            for (var f = 4; f < DSae; f += 4)
            {
                weights.Encoder.Value.Row<float>(f - 1).CopyTo(weights.Encoder.Value.Row<float>(f));
                weights.Decoder.Value.Row<float>(f - 1).CopyTo(weights.Decoder.Value.Row<float>(f));
                weights.EncoderBias.Value.Write(f, weights.EncoderBias.Value.Read(f - 1));
            }
        }
    }

    /// <summary>What the encoder chooses on x − b_dec with the weights as they are.</summary>
    private static SparseRows Choice(Backend backend, SaeTrainer trainer, Tensor x)
    {
        var weights = trainer.TrainingStep.Weights;
        var (centred, minus, norms, code) = (x.Clone(), weights.DecoderBias.Value.Clone(), Tensor.Zeros(DType.F32, DSae), new SparseRows(DType.F32, Batch));
        backend.Scale(minus, -1, minus);
        backend.AddRow(centred, minus, centred);
        backend.RowNorms(weights.Decoder.Value, norms);
        var encoder = PackedMatrix.ForEncoder(backend, DType.F32, DIn, DSae);
        backend.Pack(weights.Encoder.Value, Transpose.B, encoder);
        if (trainer.Setting.Config.Architecture == "batchtopk") backend.EncodeBatchTopK(centred, encoder, weights.EncoderBias.Value, norms, K * Batch, code);
        else
        {
            var (values, indices) = (Tensor.Zeros(DType.F32, Batch, K), Tensor.Zeros(DType.I32, Batch, K));
            backend.EncodeTopK(centred, encoder, weights.EncoderBias.Value, norms, values, indices);
            code.Take(values, indices);
        }
        return code;
    }
}
