using CsCheck;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Indexing;

namespace SaeSharp.Lab.Tests.Indexing;

/// <summary>What an index keeps about a feature equals a plain recount over all its values.</summary>
public class FeatureAccountLaws
{
    private const int Bos = 0;
    private static readonly IndexSettings Request = new() { Top = 5, PerInterval = 3, Before = 2, After = 1 };

    /// <summary>Windows of few different ids, so that contexts repeat, and a value for each token, mostly 0, with ties.</summary>
    private static readonly Gen<(Corpus Corpus, float[] Values)> AnySetup =
        from documents in Gen.Int[1, 3].Array[1, 12].Select(ids => (int[])[Bos, .. ids]).Array[1, 15]
        let corpus = Corpus.Of("test", documents, new() { Context = 8 }, Bos)
        from values in Gen.Frequency((2, Gen.Const(0f)), (1, Gen.Int[1, 40].Select(n => n / 8f))).Array[(int)corpus.KeptTokens]
        select (corpus, values);

    [Fact]
    public void Counts_and_moments_equal_a_recount() => AnySetup.Sample(setup =>
    {
        var account = Account(setup.Corpus, setup.Values);
        double[] fired = [.. setup.Values.Where(value => value > 0).Select(value => (double)value)];
        Assert.Equal(fired.Length, account.Fired);
        Assert.Equal(fired.Length, account.Histogram.Sum(bin => bin.Count));
        Assert.All(account.Histogram, bin => Assert.Equal(fired.Count(value => value >= ActivationBins.Low(bin.Bin) && value < ActivationBins.High(bin.Bin)), bin.Count));
        Assert.Equal(fired.Length == 0 ? null : (float)fired.Max(), account.Max);
        if (fired.Length == 0) return;
        Assert.Equal(fired.Average(), account.Moments!.Mean, 1e-9);
        Assert.Equal(Math.Sqrt(fired.Average(value => value * value) - fired.Average() * fired.Average()), account.Moments.Std, 1e-6);
    });

    [Fact]
    public void The_strongest_examples_are_those_of_a_full_sort() => AnySetup.Sample(setup =>
    {
        var places = Places(setup.Corpus, setup.Values);
        var peaks = places.GroupBy(place => place.Window).Select(window => window.OrderByDescending(place => place.Value).ThenBy(place => place.Token).First());
        var expected = peaks.OrderByDescending(place => place.Value).ThenBy(place => place.Token).DistinctBy(place => string.Join(',', Context(setup.Corpus, place))).Take(Request.Top);
        var account = Account(setup.Corpus, setup.Values);
        Assert.Equal(expected.Select(place => (place.Value, place.Position)), account.Top.Select(example => (example.Value, example.Position)));
        Assert.All(account.Top, example => Assert.Equal(example.Value, example.Values[example.Position - example.First]));
    });

    [Fact]
    public void Every_value_counts_in_the_interval_that_holds_it() => AnySetup.Sample(setup =>
    {
        var account = Account(setup.Corpus, setup.Values);
        Assert.Equal(account.Fired, account.Intervals.Sum(interval => interval.Count));
        foreach (var (low, high, count, examples) in account.Intervals)
        {
            Assert.Equal(setup.Values.Count(value => value > low + 1e-6 && value <= high + 1e-6), count);
            Assert.All(examples, example => Assert.InRange(example.Value, low, high + 1e-6));
            Assert.Equal(count == 0, examples.Count == 0);
        }
    });

    [Fact]
    public void Quantiles_and_skewness_equal_a_recount() => AnySetup.Sample(setup =>
    {
        var account = Account(setup.Corpus, setup.Values);
        double[] fired = [.. setup.Values.Where(value => value > 0).Select(value => (double)value).Order()];
        if (fired.Length == 0)
        {
            Assert.Empty(account.Quantiles);
            return;
        }
        foreach (var (i, q) in FeatureAccount.QuantilePoints.Index())
        {
            var place = q * (fired.Length - 1);
            var low = (int)Math.Floor(place);
            Assert.Equal(fired[low] + (place - low) * (fired[Math.Min(low + 1, fired.Length - 1)] - fired[low]), account.Quantiles[i], 1e-9);
        }
        var (mean, std) = (account.Moments!.Mean, account.Moments.Std);
        if (std > 1e-6) Assert.Equal(fired.Average(value => Math.Pow((value - mean) / std, 3)), account.Moments.Skew, 1e-9);
        Assert.Equal(FeatureAccount.QuantilePoints.Count, account.QuantileExamples.Count);
        Assert.All(account.QuantileExamples.Zip(account.QuantileExamples.Skip(1)), pair => Assert.True(pair.First.Value <= pair.Second.Value));
    });

    [Fact]
    public void Near_misses_have_a_token_of_the_strongest_and_no_firing() => AnySetup.Sample(setup =>
    {
        var account = Account(setup.Corpus, setup.Values);
        var ids = account.Top.Select(example => example.Ids[example.Position - example.First]).ToHashSet();
        var silent = Places(setup.Corpus, setup.Values, zeros: true).Where(place => place.Value == 0 && ids.Contains(setup.Corpus.Windows[place.Window].Ids[place.Position])).ToList();
        Assert.Equal(Math.Min(Request.NearMisses, silent.DistinctBy(place => string.Join(',', Context(setup.Corpus, place))).Count()), account.NearMisses.Count);
        Assert.All(account.NearMisses, example => Assert.True(example.Value == 0 && example.Values[example.Position - example.First] == 0 && ids.Contains(example.Ids[example.Position - example.First])));
    });

    [Fact]
    public void Positions_are_counted_by_octave() => AnySetup.Sample(setup =>
    {
        var account = Account(setup.Corpus, setup.Values);
        Assert.Equal(account.Fired, account.Positions.Sum(octave => octave.Fired));
        foreach (var octave in account.Positions)
        {
            var there = Places(setup.Corpus, setup.Values, zeros: true).Where(place => place.Position >= octave.From && place.Position <= octave.To).ToList();
            Assert.Equal(there.Count, octave.Tokens);
            Assert.Equal(there.Count(place => place.Value > 0), octave.Fired);
            Assert.Equal(there.Where(place => place.Value > 0).Average(place => place.Value), octave.Mean, 1e-5);
        }
    });

    [Fact]
    public void Tokens_are_counted_by_id() => AnySetup.Sample(setup =>
    {
        var account = Account(setup.Corpus, setup.Values);
        foreach (var (id, fired, occurrences, mean) in account.Tokens)
        {
            var values = Places(setup.Corpus, setup.Values, zeros: true).Where(place => setup.Corpus.Windows[place.Window].Ids[place.Position] == id).Select(place => place.Value).ToList();
            Assert.Equal(values.Count, occurrences);
            Assert.Equal(values.Count(value => value > 0), fired);
            Assert.Equal(values.Where(value => value > 0).Average(), mean, 1e-5);
        }
        Assert.Equal(account.Fired, account.Tokens.Sum(token => token.Fired)); // three ids: none is left out
    });

    private static FeatureAccount Account(Corpus corpus, float[] values)
    {
        int[] tokens = [.. Enumerable.Range(0, values.Length).Where(token => values[token] > 0)];
        var places = new TokenPlaces(corpus.Windows);
        return FeatureAccount.Of(0, new(tokens, [.. tokens.Select(token => values[token])]), places, new(places), _ => "", Request);
    }

    private static List<(int Token, int Window, int Position, float Value)> Places(Corpus corpus, float[] values, bool zeros = false)
    {
        var (places, token) = (new List<(int, int, int, float)>(), 0);
        foreach (var (number, window) in corpus.Windows.Index())
        {
            foreach (var position in window.Kept)
            {
                if (zeros || values[token] > 0) places.Add((token, number, position, values[token]));
                token++;
            }
        }
        return places;
    }

    private static IEnumerable<int> Context(Corpus corpus, (int Token, int Window, int Position, float Value) place) =>
        corpus.Windows[place.Window].Ids.Skip(Math.Max(0, place.Position - Request.Before)).Take(place.Position - Math.Max(0, place.Position - Request.Before) + Request.After + 1);
}
