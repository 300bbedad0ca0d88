using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Tests.Indexing;

/// <summary>Every number of a feature's page equals a slow recount: window by window through the model, all values dense, everything summed in double precision.</summary>
[Collection(typeof(TinyWorkspaceTests))]
public sealed class FeaturePageRecount(TinyWorkspace tiny) : IDisposable
{
    private const int Before = 6, After = 3, Intervals = 4, Top = 8;
    private readonly IndexHome _home = new(tiny);

    public void Dispose() => _home.Dispose();

    [Theory, InlineData(WindowKind.Document), InlineData(WindowKind.Packed)]
    public async Task Every_number_of_every_page_equals_a_recount(WindowKind kind)
    {
        var texts = _home.Part(0, 35);
        var options = TinyWorkspace.Corpus with { Texts = texts, Window = kind, Context = 24 };
        var index = await _home.Index(new IndexRequest { Sae = TinyWorkspace.Sae, Corpus = options, Intervals = Intervals, Before = Before, After = After, Top = Top, Batch = 300 });
        using var shelves = new Shelves(_home.Home, 1);
        var (model, sae) = (shelves.Models.Get(TinyWorkspace.Model), shelves.Saes.Get(TinyWorkspace.Sae));
        var tokens = Tokens(model, sae, Corpus.Read(options, model).Windows);
        Assert.Equal(tokens.Count, index.Tokens);
        var unembedding = model.Transformer.LogitDirections([.. Enumerable.Range(0, model.Transformer.Spec.DVocab)]);

        for (var feature = 0; feature < sae.DSae; feature++)
        {
            var page = await _home.Workspace.Feature(new() { Sae = TinyWorkspace.Sae, Feature = feature, Index = index.Name, Examples = 100, Top = 10 });
            double[] values = [.. tokens.Select(token => (double)token.Values[feature])];
            Token[] firing = [.. tokens.Where(token => token.Values[feature] > 0)];
            Counts(page, values, firing, feature);
            Examples(page, tokens, firing, feature);
            Tables(page, tokens, firing, feature);
            Directions(page, sae, unembedding, feature);
            foreach (var other in page.CoFiring)
            {
                double[] theirs = [.. tokens.Select(token => (double)token.Values[other.Feature])];
                Assert.Equal(tokens.Count(token => token.Values[feature] > 0 && token.Values[other.Feature] > 0), other.Both);
                Assert.Equal(other.Both / (double)tokens.Count(token => token.Values[feature] > 0 || token.Values[other.Feature] > 0), other.Jaccard);
                Assert.Equal(Correlation(values, theirs), other.Correlation, 1e-9);
            }
            var correlations = Enumerable.Range(0, sae.DSae).Where(other => other != feature && firing.Any(token => token.Values[other] > 0))
                .Select(other => Correlation(values, [.. tokens.Select(token => (double)token.Values[other])])).Where(double.IsFinite).OrderDescending().Take(10);
            Assert.All(correlations.Zip(page.CoFiring), pair => Assert.Equal(pair.First, pair.Second.Correlation, 1e-9));
        }
    }

    private static void Counts(FeatureResult page, double[] values, Token[] firing, int feature)
    {
        double[] sorted = [.. values.Where(value => value > 0).Order()];
        Assert.Equal((sorted.Length, values.Length, sorted.Length / (double)values.Length), (page.Fired, page.Tokens, page.Density));
        Assert.Equal(sorted.Length == 0, page.Reason is not null);
        Assert.Equal(sorted.Length, page.Histogram.Sum(bin => bin.Count));
        Assert.All(page.Histogram, bin => Assert.Equal(sorted.Count(value => value >= bin.Low && value < bin.High), bin.Count));
        if (sorted.Length == 0)
        {
            Assert.Equal((null, null, null, null, 0, 0), (page.Mean, page.Std, page.Skew, page.Max, page.Quantiles.Count, page.Intervals.Count));
            return;
        }
        var mean = sorted.Average();
        var std = Math.Sqrt(sorted.Average(value => (value - mean) * (value - mean)));
        Assert.Equal(mean, page.Mean!.Value, 1e-12 * mean);
        Assert.Equal(std, page.Std!.Value, 1e-9 * mean);
        Assert.Equal(std > 0 ? sorted.Average(value => Math.Pow((value - mean) / std, 3)) : 0, page.Skew!.Value, 1e-6);
        Assert.Equal(sorted[^1], page.Max);
        foreach (var quantile in page.Quantiles)
        {
            var place = quantile.Q * (sorted.Length - 1);
            var rank = (int)place;
            Assert.Equal(sorted[rank] + (place - rank) * (sorted[Math.Min(rank + 1, sorted.Length - 1)] - sorted[rank]), quantile.Value, 1e-9);
            Assert.Equal(sorted[(int)Math.Round(place)], quantile.Example.Value);
        }
        foreach (var (i, interval) in page.Intervals.Reverse().Index())
        {
            Assert.Equal((sorted[^1] * i / Intervals, sorted[^1] * (i + 1) / Intervals), (interval.Low, interval.High));
            var inside = firing.Where(token => Math.Clamp((int)Math.Ceiling(token.Values[feature] / sorted[^1] * Intervals) - 1, 0, Intervals - 1) == i).ToList();
            Assert.Equal((inside.Count, inside.Count / (double)sorted.Length), (interval.Count, interval.Share));
            Assert.Equal(Math.Min(4, inside.DistinctBy(token => token.Context).Count()), interval.Examples.Count);
            Assert.All(interval.Examples, example => Assert.Contains(inside, token => Same(token, example, feature)));
        }
    }

    private static void Examples(FeatureResult page, List<Token> tokens, Token[] firing, int feature)
    {
        var strongest = firing.GroupBy(token => token.Window).Select(window => window.OrderByDescending(token => token.Values[feature]).First())
            .OrderByDescending(token => token.Values[feature]).ThenBy(token => token.Window).DistinctBy(token => token.Context).Take(Top).ToList();
        Assert.Equal(strongest.Count, page.TopExamples.Count);
        foreach (var (token, example) in strongest.Zip(page.TopExamples)) Assert.True(Same(token, example, feature));
        foreach (var example in page.TopExamples.Concat(page.NearMisses).Concat(page.Quantiles.Select(quantile => quantile.Example)))
        {
            var context = string.Join(' ', example.Tokens.Select(cell => cell.Id));
            Assert.Contains(tokens, token => Same(token, example, feature) && token.Context == context && example.Tokens.Index().All(cell =>
                (tokens.FirstOrDefault(other => other.Window == token.Window && other.Position == cell.Item.Position)?.Values[feature] ?? 0) == example.Values[cell.Index]));
        }
        var ids = strongest.Select(token => token.Id).ToHashSet();
        Assert.All(page.NearMisses, example => Assert.True(example.Value == 0 && ids.Contains(example.Tokens[example.At].Id)));
    }

    private static void Tables(FeatureResult page, List<Token> tokens, Token[] firing, int feature)
    {
        var byToken = firing.GroupBy(token => token.Id).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).Take(10).ToList();
        Assert.Equal(byToken.Select(group => (group.Key, (long)group.Count(), (long)tokens.Count(token => token.Id == group.Key))), page.TopTokens.Select(token => (token.Id, token.Fired, token.Occurrences)));
        foreach (var (group, share) in byToken.Zip(page.TopTokens)) Assert.Equal(group.Average(token => (double)token.Values[feature]), share.Mean, 1e-9);
        var octaves = tokens.GroupBy(token => token.Position == 0 ? 0 : 1 + (int)Math.Log2(token.Position)).Where(group => group.Any(token => token.Values[feature] > 0)).OrderBy(group => group.Key).ToList();
        Assert.Equal(octaves.Count, page.Positions.Count);
        foreach (var (octave, share) in octaves.Zip(page.Positions))
        {
            Assert.All(octave, token => Assert.InRange(token.Position, share.From, share.To));
            Assert.Equal((octave.Count(token => token.Values[feature] > 0), octave.Count()), (share.Fired, share.Tokens));
            Assert.Equal(octave.Where(token => token.Values[feature] > 0).Average(token => (double)token.Values[feature]), share.Mean, 1e-9);
        }
    }

    private static void Directions(FeatureResult page, LoadedSae sae, Tensor unembedding, int feature)
    {
        var row = sae.Sae.DecoderDirections.Row<float>(feature).ToArray();
        Assert.Equal(Math.Sqrt(Dot(row, row)), page.DecoderNorm, 1e-5);
        Assert.Equal(Cosine(sae.Sae.EncoderDirections.Row<float>(feature).ToArray(), row), page.EncoderDecoderCosine, 1e-6);
        double[] cosines = [.. Enumerable.Range(0, sae.DSae).Select(other => Cosine(sae.Sae.DecoderDirections.Row<float>(other).ToArray(), row))];
        Assert.Equal(10, page.Neighbours.Count);
        Assert.All(page.Neighbours, near => Assert.Equal(cosines[near.Feature], near.Cosine, 1e-5));
        Assert.All(cosines.Where((_, other) => other != feature).OrderDescending().Take(10).Zip(page.Neighbours), pair => Assert.Equal(pair.First, pair.Second.Cosine, 1e-5));
        double[] effects = [.. Enumerable.Range(0, unembedding.RowCount).Select(id => Dot(unembedding.Row<float>(id).ToArray(), row) / page.DecoderNorm)];
        var (mean, std) = (effects.Average(), Math.Sqrt(effects.Average(effect => effect * effect) - effects.Average() * effects.Average()));
        foreach (var (effect, expected) in page.Logits.Positive.Zip(effects.OrderDescending()).Concat(page.Logits.Negative.Zip(effects.Order())))
        {
            Assert.Equal(expected, effect.Value, 1e-5);
            Assert.Equal(effects[effect.Id], effect.Value, 1e-5);
            Assert.Equal((effect.Value - mean) / std, effect.Z, 1e-3);
        }
        Assert.Equal(effects.Length, page.Logits.Histogram!.Counts.Sum());
    }

    private static bool Same(Token token, Example example, int feature) => (token.Document, token.Position, (double)token.Values[feature]) == (example.Document, example.Position, example.Value);

    /// <summary>Each window alone through the model, each token's codes as a whole row.</summary>
    private static List<Token> Tokens(LanguageModel model, LoadedSae sae, IReadOnlyList<Window> windows)
    {
        var tokens = new List<Token>();
        foreach (var (number, window) in windows.Index())
        {
            Tensor? codes = null;
            model.Transformer.Run(TokenBatch.Of(window.Ids), new HookSet().Read(sae.Hook, value => codes = sae.Encode(value).ToDense()), LogitRows.None);
            foreach (var position in window.Kept)
            {
                int[] context = [.. window.Ids.Skip(Math.Max(0, position - Before)).Take(position - Math.Max(0, position - Before) + After + 1)];
                tokens.Add(new(number, window.Document + window.Starts.Count(start => start <= position), position, window.Ids[position], string.Join(' ', context), codes!.Row<float>(position).ToArray()));
            }
        }
        return tokens;
    }

    private static double Correlation(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        var (xy, xx, yy) = (x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum(), x.Sum(a => (a - meanX) * (a - meanX)), y.Sum(b => (b - meanY) * (b - meanY)));
        return xx > 0 && yy > 0 ? xy / Math.Sqrt(xx * yy) : double.NaN;
    }

    private static double Cosine(float[] x, float[] y) => Dot(x, y) / Math.Sqrt(Dot(x, x) * Dot(y, y));

    private static double Dot(float[] x, float[] y) => x.Zip(y, (a, b) => (double)a * b).Sum();

    private sealed record Token(int Window, long Document, int Position, int Id, string Context, float[] Values);
}
