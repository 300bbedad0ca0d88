using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Tests.Indexing;

/// <summary>The parts of the model that a decoder row stands along equal a plain recount by runs of the model.</summary>
[Collection(typeof(TinyWorkspaceTests))]
public sealed class AttributionTests(TinyWorkspace tiny)
{
    [Theory, InlineData(TinyWorkspace.Sae, 2), InlineData(TinyWorkspace.Later, 3)]
    public void Neurons_and_heads_equal_a_recount(string name, int layers)
    {
        using var shelves = new Shelves(tiny.Home, 2);
        var (model, sae) = (shelves.Models.Get(TinyWorkspace.Model), shelves.Saes.Get(name));
        var spec = model.Transformer.Spec;
        foreach (var feature in new[] { 0, 17, 95 })
        {
            var row = sae.UnitDirection(feature);
            var found = new DecoderAttribution(model).Of(sae, feature, 1_000_000);
            Assert.Null(found.Reason);
            Assert.Equal(Enumerable.Range(0, layers), found.Neurons.Select(neuron => neuron.Layer).Distinct().Order());
            Assert.Equal((layers * spec.Mlp[0].DMlp, layers * spec.Attention.Heads), (found.NeuronsCompared, found.HeadsCompared));
            Assert.Equal(found.NeuronsCompared, found.Neurons.Count);
            for (var layer = 0; layer < layers; layer++)
            {
                var written = Written(model.Transformer, $"blocks.{layer}.mlp.hook_post", $"blocks.{layer}.hook_mlp_out");
                foreach (var neuron in found.Neurons.Where(neuron => neuron.Layer == layer)) Assert.Equal(Cosine(written[neuron.Neuron], row), neuron.Cosine, 1e-4);
                var heads = Written(model.Transformer, $"blocks.{layer}.attn.hook_z", $"blocks.{layer}.hook_attn_out").Chunk(spec.Attention.DHead).ToList();
                foreach (var head in found.Heads.Where(head => head.Layer == layer))
                {
                    Assert.Equal(ShareWithin(heads[head.Head], row), head.Share, 1e-4);
                    Assert.Equal((double)spec.Attention.DHead / spec.DModel, head.Chance, 1e-12);
                }
            }
            Assert.Equal(found.Neurons.OrderByDescending(neuron => Math.Abs(neuron.Cosine)), found.Neurons);
            Assert.Equal(1, found.Coordinates.Sum(one => one.ShareOfL1), 1e-6);
            Assert.Equal(row.Select(Math.Abs).OrderDescending(), found.Coordinates.Select(one => (float)Math.Abs(one.Value)));
        }
    }

    [Fact]
    public async Task The_histogram_over_the_vocabulary_counts_every_token_once()
    {
        var page = await tiny.Workspace.Feature(new() { Sae = TinyWorkspace.Sae, Feature = 3, Top = 1_000_000 });
        foreach (var (histogram, effects) in new[] { (page.Logits.Histogram!, page.Logits.Positive), (page.Logits.HistogramNormed!, page.Logits.PositiveNormed) })
        {
            double[] values = [.. effects.Select(effect => effect.Value)];
            Assert.Equal((values.Min(), values.Max()), (histogram.Low, histogram.High));
            Assert.Equal(values.Length, histogram.Counts.Sum());
            Assert.Equal(50, histogram.Counts.Count);
            for (var bin = 0; bin < 50; bin++)
            {
                var (low, high) = (histogram.Low + (histogram.High - histogram.Low) * bin / 50, histogram.Low + (histogram.High - histogram.Low) * (bin + 1) / 50);
                var margin = 1e-9 * (histogram.High - histogram.Low);
                Assert.InRange(histogram.Counts[bin], values.Count(value => value > low + margin && value < high - margin), values.Count(value => value >= low - margin && value <= high + margin));
            }
            Assert.Equal(values.Average(), histogram.Mean, 1e-9);
            Assert.Equal(Math.Sqrt(values.Average(value => (value - values.Average()) * (value - values.Average()))), histogram.Std, 1e-9);
        }
    }

    [Fact]
    public void Equal_effects_stand_in_the_first_bin()
    {
        var histogram = LogitLens.HistogramOf([2, 2, 2]);
        Assert.Equal((2.0, 2.0, 3L, 0.0), (histogram.Low, histogram.High, histogram.Counts[0], histogram.Std));
    }

    /// <summary>What each input adds, by a run in which it alone is 1: [inputs][dModel].</summary>
    private static float[][] Written(Transformer model, string input, string output)
    {
        var width = model.HookWidth(input);
        float[] none = Run(model, input, output, null);
        return [.. Enumerable.Range(0, width).Select(i => Run(model, input, output, i).Zip(none, (with, without) => with - without).ToArray())];
    }

    private static float[] Run(Transformer model, string input, string output, int? one)
    {
        float[] row = [];
        model.Run(TokenBatch.Of([1]), new HookSet().Edit(input, value =>
        {
            value.Clear();
            if (one is { } i) value.Span<float>()[i] = 1;
        }).Read(output, value => row = value.Span<float>().ToArray()), LogitRows.None);
        return row;
    }

    private static double Cosine(float[] x, float[] y) => Dot(x, y) / Math.Sqrt(Dot(x, x) * Dot(y, y));

    private static double Dot(float[] x, float[] y) => x.Zip(y, (a, b) => (double)a * b).Sum();

    /// <summary>‖projection of a unit row on the span‖², by Gram and Schmidt twice over.</summary>
    private static double ShareWithin(float[][] span, float[] row)
    {
        var basis = new List<double[]>();
        foreach (var vector in span)
        {
            double[] rest = [.. vector.Select(value => (double)value)];
            for (var again = 0; again < 2; again++)
            {
                foreach (var direction in basis)
                {
                    var along = rest.Zip(direction, (a, b) => a * b).Sum();
                    for (var i = 0; i < rest.Length; i++) rest[i] -= along * direction[i];
                }
            }
            var norm = Math.Sqrt(rest.Sum(value => value * value));
            basis.Add([.. rest.Select(value => value / norm)]);
        }
        return basis.Sum(direction => Math.Pow(direction.Zip(row, (a, b) => a * b).Sum(), 2));
    }
}
