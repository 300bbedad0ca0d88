using System.Text.Json;
using SaeSharp.Models.Generation;
using SaeSharp.Models.Tokenizers;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>A real trained model, TinyStories-656K, against an independent f64 forward pass (shared/data/tinystories-656k/SOURCE.md).</summary>
public class TinyStoriesGolden
{
    /// <summary>Of the largest number in the tensor.</summary>
    private const double Tolerance = 2e-5;

    private const int Stories = 60, MostTokens = 512, Bos = 1, Eos = 2, DummyPrefix = 80;

    public static TheoryData<string> Backends => [.. Engines.Names];

    [Theory, MemberData(nameof(Backends))]
    public void Top_logits_and_their_normaliser_are_the_stored_ones(string engine)
    {
        var model = Load(engine);
        foreach (var prompt in Golden("prompts").EnumerateArray())
        {
            var logits = model.Logits(null, Ids(prompt, "ids")).To(DType.F64);
            foreach (var (row, expected) in prompt.GetProperty("positions").EnumerateArray().Index())
            {
                var actual = logits.Row<double>(row).ToArray();
                var top = expected.GetProperty("top5").EnumerateArray().Select(pair => (Id: pair[0].GetInt32(), Logit: pair[1].GetDouble())).ToArray();
                var most = actual.Max();
                var close = Tolerance * actual.Max(Math.Abs);
                Assert.Equal(top.Select(pair => pair.Id), Enumerable.Range(0, actual.Length).OrderByDescending(id => actual[id]).Take(5));
                Assert.All(top, pair => Assert.Equal(pair.Logit, actual[pair.Id], close));
                Assert.Equal(expected.GetProperty("logsumexp").GetDouble(), most + Math.Log(actual.Sum(logit => Math.Exp(logit - most))), close);
            }
        }
    }

    [Theory, MemberData(nameof(Backends))]
    public void Streams_and_patterns_of_the_last_position_are_the_stored_ones(string engine)
    {
        var model = Load(engine);
        foreach (var prompt in Golden("prompts").EnumerateArray())
        {
            var ids = Ids(prompt, "ids");
            var values = model.Read(model.HookNames, LogitRows.None, ids);
            foreach (var expected in prompt.GetProperty("last_position").EnumerateObject())
            {
                var value = values[Hook(expected.Name)][0];
                var stored = Numbers(expected.Value).ToArray();
                var actual = expected.Name.StartsWith("pattern", StringComparison.Ordinal)
                    ? [.. Enumerable.Range(0, value.Shape[0]).SelectMany(head => value.Row<float>((head + 1) * ids.Length - 1).ToArray())]
                    : value.Row<float>(ids.Length - 1).ToArray();
                Assert.Equal(stored.Length, actual.Length);
                for (var i = 0; i < stored.Length; i++) Assert.Equal(stored[i], actual[i], Tolerance * stored.Max(Math.Abs));
            }
        }
    }

    [Theory, MemberData(nameof(Backends))]
    public void Greedy_continuations_are_the_stored_ones(string engine)
    {
        var model = Load(engine);
        foreach (var prompt in Golden("prompts").EnumerateArray())
        {
            var expected = Ids(prompt, "greedy");
            Assert.Equal(expected, Generator.Generate(model, Ids(prompt, "ids"), new() { MaxTokens = expected.Length, IgnoreEos = true }).Ids);
        }
    }

    [Theory]
    [InlineData("hf_tokenizer_with_dummy_prefix", false)]
    [InlineData("dummy_prefix_token_80_dropped", true)]
    public void Mean_loss_over_stories_is_the_stored_one(string name, bool dropPrefix)
    {
        var model = Load(Engines.Fast);
        var tokenizer = Tokenizer.Load(SharedFiles.Data("tinystories-656k"));
        var (sum, count) = (0.0, 0);
        foreach (var story in Texts().Take(Stories))
        {
            int[] tokens = tokenizer.Encode(story, addSpecial: false).Ids;
            if (dropPrefix && tokens[0] == DummyPrefix) tokens = tokens[1..];
            int[] ids = [.. ((int[])[Bos, .. tokens, Eos]).Take(MostTokens)];
            var losses = Tensor.Zeros(DType.F32, ids.Length);
            model.Backend.CrossEntropy(model.Logits(null, ids), [.. ids[1..], -1], losses);
            foreach (var loss in losses.Span<float>()[..^1]) sum += loss;
            count += ids.Length - 1;
        }
        var expected = Golden("mean_nll").GetProperty(name);
        Assert.Equal(expected.GetProperty("tokens").GetInt32(), count);
        Assert.Equal(expected.GetProperty("nats_per_token").GetDouble(), sum / count, Tolerance * sum / count);
    }

    private static Transformer Load(string engine)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        return Transformer.Load(SharedFiles.Data("tinystories-656k"), Engines.Get(engine));
    }

    private static JsonElement Golden(string part) => StrictJson.Read(SharedFiles.Data("tinystories-656k", "golden.json")).GetProperty(part);

    private static IEnumerable<string> Texts() =>
        File.ReadAllText(SharedFiles.Data("tinystories-text", "tinystories_sample.txt")).Split("<|endoftext|>").Select(story => story.Trim()).Where(story => story.Length > 0);

    private static int[] Ids(JsonElement prompt, string part) => [.. prompt.GetProperty(part).EnumerateArray().Select(id => id.GetInt32())];

    private static IEnumerable<double> Numbers(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().SelectMany(Numbers) : [value.GetDouble()];

    /// <summary>Our name of <c>resid_mid_0</c> and the like.</summary>
    private static string Hook(string stored)
    {
        if (stored == "embed") return "hook_embed";
        if (stored == "final_norm") return "ln_final.hook_normalized";
        var (part, layer) = (stored[..^2], stored[^1]);
        return part switch
        {
            "pattern" => $"blocks.{layer}.attn.hook_pattern",
            "mlp_hidden" => $"blocks.{layer}.mlp.hook_post",
            _ => $"blocks.{layer}.hook_{part}",
        };
    }
}
