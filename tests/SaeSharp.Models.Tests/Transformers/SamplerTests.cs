using CsCheck;
using SaeSharp.Models.Generation;
using SaeSharp.Numerics;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>Which tokens are left to choose from, and how likely each is.</summary>
public class SamplerTests
{
    private const double Tolerance = 1e-9;

    private static readonly Gen<double[]> AnyLogits = Gen.Double[-8, 8].Array[1, 60];

    public static TheoryData<string, string> Golden => new()
    {
        { "llama", "temperature" }, { "llama", "top_k" }, { "llama", "top_p" },
        { "llama_bias", "temperature" }, { "llama_bias", "top_k" }, { "llama_bias", "top_p" },
    };

    [Theory, MemberData(nameof(Golden))]
    public void Probabilities_are_those_of_the_reference(string model, string setting)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        using var golden = new GoldenModel($"models/{model}").Tensors();
        var stored = golden.Read("seq1.logits");
        var logits = stored.Rows(stored.Shape[0] - 1, 1).To(DType.F64).Span<double>();
        var settings = Numerics.Files.StrictJson.Read(SharedFiles.At("golden", "models", model, "golden.json")).GetProperty("sampling").GetProperty("settings").GetProperty(setting);
        var value = settings.GetProperty(setting).GetDouble();
        var options = setting switch
        {
            "temperature" => new SamplingOptions { Temperature = value },
            "top_k" => new SamplingOptions { Temperature = 1, TopK = (int)value },
            _ => new SamplingOptions { Temperature = 1, TopP = value },
        };

        var expected = golden.Read($"sampling.{setting}").Span<double>().ToArray();
        var actual = Sampler.Probabilities(logits, options);
        for (var id = 0; id < expected.Length; id++)
        {
            Assert.Equal(expected[id], actual[id], Tolerance);
            Assert.Equal(expected[id] == 0, actual[id] == 0);
        }
    }

    [Fact]
    public void Probabilities_sum_to_one_and_follow_the_logits() => Gen.Select(AnyLogits, Gen.Double[0.1, 3], Gen.Int[0, 70], Gen.Double[0, 1]).Sample((logits, temperature, topK, topP) =>
    {
        var probabilities = Sampler.Probabilities(logits, new() { Temperature = temperature, TopK = topK, TopP = topP });
        Assert.Equal(1, probabilities.Sum(), 1e-12);
        var kept = probabilities.Count(probability => probability > 0);
        Assert.InRange(kept, 1, topK == 0 ? logits.Length : topK);
        var least = logits.Where((_, id) => probabilities[id] > 0).Min();
        for (var id = 0; id < logits.Length; id++) Assert.True(probabilities[id] > 0 || logits[id] <= least);
    });

    [Fact]
    public void Ties_go_to_the_smaller_id()
    {
        double[] logits = [0, 2, 2, 1, 2];
        Assert.Equal(1, Sampler.Likeliest(logits));
        Assert.Equal([0, 0.5, 0.5, 0, 0], Sampler.Probabilities(logits, new() { Temperature = 1, TopK = 2 }));
        Assert.Equal([0, 1, 0, 0, 0], Sampler.Probabilities(logits, new() { Temperature = 1, TopP = 0 }));
        Assert.Equal([0, 1, 0, 0, 0], Sampler.Probabilities(logits, new()));
    }

    [Fact]
    public void Tokens_are_drawn_as_often_as_they_are_likely()
    {
        double[] probabilities = [0.1, 0, 0.6, 0.3, 0];
        var counts = new int[5];
        var random = new Randomness(7);
        const int draws = 100_000;
        for (var i = 0; i < draws; i++) counts[Sampler.Draw(probabilities, random.Next())]++;
        for (var id = 0; id < 5; id++)
        {
            var deviation = Math.Sqrt(probabilities[id] * (1 - probabilities[id]) / draws);
            Assert.Equal(probabilities[id], counts[id] / (double)draws, 5 * deviation + 1e-12);
        }
    }

    [Fact]
    public void The_random_sequence_is_the_published_one()
    {
        // First outputs of SplitMix64 for seed 0, as in the reference implementation of the xoshiro authors.
        ulong[] published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F];
        var random = new Randomness(0);
        Assert.All(published, value => Assert.Equal((value >> 11) * Math.Pow(2, -53), random.Next()));
    }
}
