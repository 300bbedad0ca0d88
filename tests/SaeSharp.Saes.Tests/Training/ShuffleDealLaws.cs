using CsCheck;
using SaeSharp.Saes.Training;

namespace SaeSharp.Saes.Tests.Training;

public class ShuffleDealLaws
{
    private static readonly Gen<(int Tokens, int Batch, int Capacity, int Seed)> AnySetup =
        Gen.Select(Gen.Int[1, 9], Gen.Int[0, 400], Gen.Int[2, 40], Gen.Int[0, 1000]).Select((batch, more, fit, seed) => (batch + more, batch, Math.Max(fit * batch, 2 * batch), seed));

    [Fact]
    public void Every_phase_gives_whole_batches_and_all_of_them_come() => AnySetup.Sample(setup =>
    {
        var deal = new ShuffleDeal(setup.Tokens, setup.Batch, setup.Capacity, setup.Seed);
        var phases = Phases(deal, 3);
        Assert.Equal(deal.BatchesPerEpoch, phases.Sum(phase => (long)(phase.Count / setup.Batch)));
        Assert.All(phases, phase => Assert.True(deal.HoldsEpoch || phase.Count % setup.Batch == 0));
        for (var batch = 0L; batch < deal.BatchesPerEpoch; batch++)
        {
            var (phase, inPhase) = deal.Place(batch);
            Assert.InRange((inPhase + 1) * setup.Batch, setup.Batch, phases[phase].Count);
            Assert.Equal(batch, phases.Take(phase).Sum(earlier => (long)(earlier.Count / setup.Batch)) + inPhase);
        }
    }, iter: 200);

    [Fact]
    public void What_waits_fits_into_the_buffer() => AnySetup.Sample(setup =>
    {
        var deal = new ShuffleDeal(setup.Tokens, setup.Batch, setup.Capacity, setup.Seed);
        Assert.True(deal.Capacity <= setup.Capacity);
        var phases = Phases(deal, 0);
        for (var phase = 0; phase < deal.Chunks; phase++)
        {
            var (_, last) = deal.ChunksOf(phase);
            var read = deal.HoldsEpoch ? setup.Tokens : deal.Start(last) + deal.Count(last);
            Assert.True(read - phases.Take(phase).Sum(earlier => (long)earlier.Count) <= deal.Capacity);
        }
    }, iter: 200);

    [Fact]
    public void A_token_comes_at_most_one_phase_before_or_after_its_own() => AnySetup.Sample(setup =>
    {
        var deal = new ShuffleDeal(setup.Tokens, setup.Batch, setup.Capacity, setup.Seed);
        foreach (var (phase, tokens) in Phases(deal, 1).Index())
        {
            var (first, last) = deal.ChunksOf(phase);
            Assert.All(tokens, token => Assert.InRange(token, deal.Start(first), deal.Start(last) + deal.Count(last) - 1));
        }
    }, iter: 100);

    [Fact]
    public void A_token_of_an_epoch_that_fits_comes_at_every_place_equally_often()
    {
        const int Tokens = 12, Epochs = 6000;
        var counts = new int[Tokens, Tokens];
        var (deal, order) = (new ShuffleDeal(Tokens, 1, Tokens, 5), new int[Tokens]);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            deal.Order(epoch, 0, order);
            for (var place = 0; place < Tokens; place++) counts[order[place], place]++;
        }
        var expected = (double)Epochs / Tokens;
        var chi = counts.Cast<int>().Sum(count => (count - expected) * (count - expected) / expected);
        Assert.InRange(chi, 60, 200); // 121 degrees of freedom: mean 121, standard deviation 15.6
    }

    /// <summary>In a long epoch: does a batch draw evenly on the three chunks, and does the place within a chunk say nothing about when a token comes?</summary>
    [Fact]
    public void A_batch_draws_on_three_chunks_and_forgets_the_order_within_them()
    {
        const int Batch = 60, Chunk = 3600;
        var deal = new ShuffleDeal(10 * Chunk, Batch, 2 * Chunk, 11);
        var phases = Phases(deal, 2);
        Assert.Equal(10, deal.Chunks);
        foreach (var (phase, tokens) in phases.Index().Skip(1).SkipLast(1))
        {
            for (var chunk = phase - 1; chunk <= phase + 1; chunk++)
            {
                Assert.Equal(Chunk / 3, tokens.Count(token => token / Chunk == chunk));
                // Hypergeometric: 20 of 60 expected, standard deviation 3.6.
                Assert.All(tokens.Chunk(Batch), batch => Assert.InRange(batch.Count(token => token / Chunk == chunk), 2, 38));
            }
            Assert.InRange(Correlation(tokens.Select((token, place) => ((double)(token % Chunk), (double)place))), -0.07, 0.07); // 4 / √3600
        }
        // When a third comes: the phase against the place within the chunk.
        var waits = phases.Index().SelectMany(phase => phase.Item.Where(token => token / Chunk is > 0 and < 9).Select(token => ((double)(token % Chunk), (double)(phase.Index - token / Chunk))));
        Assert.InRange(Correlation(waits), -0.025, 0.025); // 4 / √28800
    }

    /// <summary>Neighbours in the text should not meet in a batch more often than chance has it.</summary>
    [Fact]
    public void Neighbouring_tokens_meet_in_a_batch_no_more_often_than_any_two_of_a_chunk()
    {
        const int Batch = 60, Chunk = 3600;
        var deal = new ShuffleDeal(10 * Chunk, Batch, 2 * Chunk, 4);
        var batchOf = new int[10 * Chunk];
        foreach (var (number, token) in Phases(deal, 0).SelectMany(phase => phase).Index()) batchOf[token] = number / Batch;
        var met = Enumerable.Range(1, batchOf.Length - 1).Count(token => batchOf[token] == batchOf[token - 1]);
        // Two tokens of a chunk share a phase with probability 1/3 and then one of its 60 batches: 1/180, 200 of 36,000 with standard deviation 14; the ends have some more.
        Assert.InRange(met, 150, 290);
    }

    private static double Correlation(IEnumerable<(double X, double Y)> pairs)
    {
        var all = pairs.ToArray();
        var (x, y) = (all.Average(pair => pair.X), all.Average(pair => pair.Y));
        return all.Sum(pair => (pair.X - x) * (pair.Y - y)) / Math.Sqrt(all.Sum(pair => (pair.X - x) * (pair.X - x)) * all.Sum(pair => (pair.Y - y) * (pair.Y - y)));
    }

    /// <summary>The tokens of each phase of an epoch, in the order in which they come.</summary>
    private static List<List<long>> Phases(ShuffleDeal deal, long epoch)
    {
        var phases = Enumerable.Range(0, deal.Chunks).Select(_ => new List<long>()).ToList();
        for (var chunk = 0; chunk < deal.Chunks; chunk++)
        {
            var dealt = new int[deal.Count(chunk)];
            deal.Deal(epoch, chunk, new int[dealt.Length], dealt);
            foreach (var (token, phase) in dealt.Index()) phases[phase].Add(deal.Start(chunk) + token);
        }
        return [.. phases.Select((tokens, phase) =>
        {
            var order = new int[tokens.Count];
            deal.Order(epoch, phase, order);
            return order.Select(place => tokens[place]).ToList();
        })];
    }
}
