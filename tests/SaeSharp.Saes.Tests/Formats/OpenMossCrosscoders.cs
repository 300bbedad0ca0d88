using System.Text.Json;
using System.Text.Json.Nodes;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Saes.Tests.Formats;

/// <summary>Crosscoders as OpenMOSS writes them, beside what its own forward pass makes of an input, put down here in f64 as its source says it.</summary>
public sealed class OpenMossCrosscoders : IDisposable
{
    private const int Hooks = 3, D = 4, DSae = 10, Rows = 9;
    private static readonly string[] Names = ["blocks.0.hook_resid_post", "blocks.2.hook_resid_post", "blocks.5.hook_mlp_out"];
    private static readonly double[] Norms = [1.5, 4, 0.75];
    private readonly TemporaryFolder _folder = new();
    private readonly Tensor _encoder = RandomTensors.Normal(1, Hooks, D, DSae), _encoderBias = RandomTensors.Normal(2, Hooks, DSae), _decoder = RandomTensors.Normal(3, Hooks, DSae, D),
        _decoderBias = RandomTensors.Normal(4, Hooks, D), _logThresholds = RandomTensors.Normal(5, DSae), _x = RandomTensors.Normal(6, Rows, Hooks * D);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("relu", "dataset-wise"), InlineData("relu", "inference"), InlineData("jumprelu", "dataset-wise"), InlineData("jumprelu", "inference")]
    public void Latents_and_reconstructions_are_those_of_its_own_forward_pass(string activation, string norm)
    {
        var sae = SaeFolder.Load(Write(activation, norm), Reference.Instance);
        Assert.Equal(Names, sae.Config.Hooks);
        Assert.Equal(activation == "relu" ? "standard" : "jumprelu_crosscoder", sae.Config.Architecture);
        var (codes, y) = (sae.Encode(_x), sae.Reconstruct(_x));
        var partly = 0;
        for (var row = 0; row < Rows; row++)
        {
            var (latents, expected) = Forward(_x.Row<float>(row).ToArray(), activation, norm);
            var actual = codes.ToDense().Row<float>(row).ToArray();
            for (var i = 0; i < DSae; i++)
            {
                double[] atHooks = [.. latents.Select(hook => hook[i])];
                Assert.Equal(atHooks.Max(), actual[i], 1e-4);
                if (atHooks.Min() == 0 && atHooks.Max() > 0) partly++;
            }
            for (var i = 0; i < Hooks * D; i++) Assert.Equal(expected[i], y.Row<float>(row)[i], 1e-4);
        }
        Assert.Equal(activation == "jumprelu", partly > 0); // a latent that one hook gets and another does not
    }

    [Fact]
    public void A_latent_that_is_edited_is_written_where_it_is_above_the_threshold()
    {
        var sae = SaeFolder.Load(Write("jumprelu", "inference"), Reference.Instance);
        var thresholds = sae.Tensors["threshold"];
        var lowest = Enumerable.Range(0, Hooks).MinBy(hook => thresholds.Row<float>(hook)[2]);
        var next = Enumerable.Range(0, Hooks).Where(hook => hook != lowest).Min(hook => thresholds.Row<float>(hook)[2]);
        var between = (thresholds.Row<float>(lowest)[2] + next) / 2;
        var y = sae.Decode(new(DSae, [0, 1], [2], [between]));
        for (var i = 0; i < Hooks * D; i++)
            Assert.Equal(sae.BDec.Span<float>()[i] + (i / D == lowest ? between * sae.DecoderDirections.Row<float>(2)[i] : 0), y.Row<float>(0)[i], 1e-5f);
    }

    [Theory]
    [InlineData("act_fn", "\"topk\"", "every hook of a crosscoder chooses latents of its own"), InlineData("act_fn", "\"jumprelo\"", "expected 'jumprelu'")]
    [InlineData("norm_activation", "\"token-wise\"", "dataset-wise"), InlineData("sae_type", "\"molt\"", "only 'crosscoder' is read")]
    [InlineData("hook_points", "[\"a\", \"b\"]", "names 2 hooks, and W_E has 3"), InlineData("hook_points", "\"a\"", "expected a list of strings"), InlineData("hook_points", "[\"a\", \"b,c\", \"d\"]", "'b,c'")]
    [InlineData("sparsity_include_decoder_norm", "false", "by the norms of its decoder")]
    public void What_the_layout_cannot_mean_is_refused_with_the_fact(string key, string value, string fact)
    {
        var folder = Write("jumprelu", "dataset-wise", json => json[key] = JsonNode.Parse(value));
        var error = Assert.Throws<FileException>(() => SaeFolder.Load(folder, Reference.Instance));
        Assert.Contains(fact, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_weight_of_another_size_is_refused_by_name()
    {
        var folder = Write("jumprelu", "dataset-wise");
        Weights(folder, ("W_E", _encoder), ("b_E", _encoderBias), ("W_D", _encoder), ("b_D", _decoderBias));
        Assert.Contains("tensor 'W_D': axis 1 is 4 long, expected 10", Assert.Throws<FileException>(() => SaeFolder.Load(folder, Reference.Instance)).Message, StringComparison.Ordinal);
    }

    /// <summary>f of each hook [dSae], and x̂ of all hooks one after another.</summary>
    private (double[][] Latents, double[] Output) Forward(float[] x, string activation, string norm)
    {
        var scales = Norms.Select(mean => norm == "dataset-wise" ? Math.Sqrt(D) / mean : 1).ToArray();
        var z = new double[DSae];
        for (var i = 0; i < DSae; i++)
            for (var hook = 0; hook < Hooks; hook++)
            {
                z[i] += _encoderBias.Row<float>(hook)[i];
                for (var j = 0; j < D; j++) z[i] += x[hook * D + j] * scales[hook] * _encoder.Row<float>(hook * D + j)[i];
            }
        var (latents, output) = (new double[Hooks][], new double[Hooks * D]);
        for (var hook = 0; hook < Hooks; hook++)
        {
            latents[hook] = [.. Enumerable.Range(0, DSae).Select(i =>
            {
                var length = Math.Sqrt(_decoder.Row<float>(hook * DSae + i).ToArray().Sum(value => (double)value * value));
                return z[i] * length > (activation == "relu" ? 0 : Math.Exp(_logThresholds.Span<float>()[i])) ? z[i] : 0;
            })];
            for (var j = 0; j < D; j++)
            {
                var sum = (double)_decoderBias.Row<float>(hook)[j];
                for (var i = 0; i < DSae; i++) sum += latents[hook][i] * _decoder.Row<float>(hook * DSae + i)[j];
                output[hook * D + j] = sum / scales[hook];
            }
        }
        return (latents, output);
    }

    private string Write(string activation, string norm, Action<JsonObject>? change = null)
    {
        Directory.CreateDirectory(_folder["c"]);
        var config = new JsonObject
        {
            ["sae_type"] = "crosscoder", ["d_model"] = D, ["expansion_factor"] = 2.5, ["act_fn"] = activation, ["norm_activation"] = norm, ["sparsity_include_decoder_norm"] = true,
            ["use_decoder_bias"] = true, ["hook_points"] = JsonSerializer.SerializeToNode(Names),
        };
        change?.Invoke(config);
        File.WriteAllText(_folder["c/config.json"], config.ToJsonString());
        List<(string, Tensor)> weights = [("W_E", _encoder), ("b_E", _encoderBias), ("W_D", _decoder), ("b_D", _decoderBias)];
        if (activation == "jumprelu") weights.Add(("activation_function.log_jumprelu_threshold", _logThresholds));
        foreach (var (name, mean) in Names.Zip(Norms)) weights.Add(($"dataset_average_activation_norm.{name}", Tensor.Of([(float)mean], 1))); // stand there whatever norm_activation says
        Weights(_folder["c"], [.. weights]);
        return _folder["c"];
    }

    private static void Weights(string folder, params (string, Tensor)[] tensors) => SafetensorsWriter.Write(Path.Combine(folder, "sae_weights.safetensors"), tensors);
}
