using SaeSharp.Lab.Contrasting;

namespace SaeSharp.Lab.Tests.Contrasting;

/// <summary>The fast scores are those of the definitions, and chance stays chance.</summary>
public class ContrastScoringLaws
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(20, 20, false)]
    [InlineData(7, 31, false)]
    [InlineData(2, 2, false)]
    [InlineData(18, 18, true)]
    public void Every_score_is_what_its_definition_gives(int a, int b, bool paired)
    {
        var columns = DrawnFeatures.Draw(new Random(a + b), 150, a + b, 0.4, a);
        var (split, parts) = (new PromptSplit(a, b, paired, 3), new[] { columns[..40], columns[40..] });
        var (shuffles, naive) = (new LabelShuffles(split, 150, 5), new NaiveContrast(columns, split));
        var scores = new ContrastScoring(split, shuffles, 2).Score([.. parts.Select(DrawnFeatures.Sparse)], Cancel);

        var alive = columns.Index().Where(column => column.Item.Any(value => value != 0)).Select(column => column.Index).ToList();
        Assert.Equal(alive, scores.Select(score => score.Layer == 0 ? score.Feature : score.Feature + 40));
        var rounds = Enumerable.Range(0, 150).Select(round => (Func<int, bool>)(prompt => shuffles.IsA(round, prompt))).ToArray();
        double[] largest = [.. rounds.Select(isA => alive.Max(feature => naive.Deviation(feature, isA).Deviation))];
        foreach (var (score, feature) in scores.Zip(alive))
        {
            var column = columns[feature];
            Assert.Equal(naive.Auroc(feature, split.All), score.All.Auroc, 1e-12);
            Assert.Equal(naive.Auroc(feature, split.Choosing), score.Choosing.Auroc, 1e-12);
            Assert.Equal(naive.Auroc(feature, split.Held), score.Held.Auroc, 1e-12);
            Assert.Equal(naive.Error(feature), score.All.Error, 1e-12);
            Assert.Equal(column[..a].Average() - column[a..].Average(), score.Difference, 1e-6);
            Assert.Equal((column[..a].Count(value => value != 0) / (double)a, column[a..].Count(value => value != 0) / (double)b), (score.RateA, score.RateB));
            var (distance, deviation) = naive.Deviation(feature, prompt => prompt < a);
            Assert.Equal(deviation, score.Deviation, 1e-9);
            Assert.Equal((1.0 + rounds.Count(isA => naive.Deviation(feature, isA).Distance >= distance - 1e-7)) / 151, score.P, 1e-12);
            Assert.Equal((1.0 + largest.Count(most => most >= deviation * (1 - 1e-6))) / 151, score.PMax, 1e-12);
            Assert.InRange(score.Q, 0, 1);
        }
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    [InlineData(4, 2)]
    public void Separations_expected_by_chance_are_those_of_all_relabellings(int a, int b)
    {
        var columns = DrawnFeatures.Draw(new Random(1), 40, a + b);
        var (split, ranking) = (new PromptSplit(a, b, false, 0), new FeatureRanking(a + b));
        for (var feature = 0; feature < columns.Length; feature++)
        {
            var sparse = DrawnFeatures.Sparse([columns[feature]]);
            ranking.Take(sparse.PromptsOf(0), sparse.ValuesOf(0));
            var perfect = Enumerable.Range(0, 1 << (a + b)).Where(bits => System.Numerics.BitOperations.PopCount((uint)bits) == a).Count(bits =>
            {
                sbyte[] side = [.. Enumerable.Range(0, a + b).Select(prompt => (sbyte)((bits >> prompt & 1) != 0 ? 1 : -1))];
                return new NaiveContrast(columns, split).Auroc(feature, side) is 0 or 1;
            });
            Assert.Equal(perfect, ranking.Area(split.All, a, b).Separations);
        }
    }

    [Theory]
    [InlineData(60, 60, false)]
    [InlineData(15, 90, false)]
    [InlineData(50, 50, true)]
    public void Two_random_halves_of_one_set_give_no_discovery_in_95_of_100_trials(int a, int b, bool paired)
    {
        var random = new Random(a);
        var columns = DrawnFeatures.Draw(random, 600, a + b);
        var discoveries = 0;
        for (var trial = 0; trial < 100; trial++)
        {
            int[] order = [.. Enumerable.Range(0, a + b)];
            random.Shuffle(order);
            var features = DrawnFeatures.Sparse([.. columns.Select(column => order.Select(prompt => column[prompt]).ToArray())]);
            var split = new PromptSplit(a, b, paired, trial);
            if (new ContrastScoring(split, new(split, 200, trial), 2).Score([features], Cancel).Any(score => score.Q < 0.05)) discoveries++;
        }
        Assert.InRange(discoveries, 0, 5);
    }

    [Fact]
    public void Features_that_do_differ_are_discovered_and_the_others_hardly_ever()
    {
        var columns = DrawnFeatures.Draw(new Random(8), 1000, 120, 0.6, 60);
        var split = new PromptSplit(60, 60, false, 1);
        var scores = new ContrastScoring(split, new(split, 1000, 2), 2).Score([DrawnFeatures.Sparse(columns)], Cancel);
        var found = scores.Where(score => score.Q < 0.05).ToList();
        Assert.InRange(found.Count(score => score.Feature % 5 == 0), 120, 200);
        Assert.True(found.Count(score => score.Feature % 5 != 0) < 0.1 * found.Count);
        Assert.Equal(0, scores.MaxBy(score => score.Rank)!.Feature % 5);
    }

    [Fact]
    public void A_relabelling_keeps_the_sizes_and_turns_pairs_only_within()
    {
        var (free, paired) = (new LabelShuffles(new(5, 9, false, 0), 70, 1), new LabelShuffles(new(6, 6, true, 0), 70, 1));
        for (var round = 0; round < 70; round++)
        {
            Assert.Equal(5, Enumerable.Range(0, 14).Count(prompt => free.IsA(round, prompt)));
            Assert.All(Enumerable.Range(0, 6), pair => Assert.NotEqual(paired.IsA(round, pair), paired.IsA(round, pair + 6)));
        }
        Assert.True(Enumerable.Range(0, 70).Select(round => string.Concat(Enumerable.Range(0, 14).Select(prompt => free.IsA(round, prompt) ? 'A' : 'B'))).Distinct().Count() > 60);
    }

    [Theory, InlineData(5, 8, false), InlineData(9, 9, true)]
    public void Halves_share_no_prompt_leave_none_out_and_tear_no_pair(int a, int b, bool paired)
    {
        var split = new PromptSplit(a, b, paired, 4);
        Assert.Equal(Enumerable.Range(0, a + b), PromptSplit.Members(split.Choosing).Concat(PromptSplit.Members(split.Held)).Order());
        Assert.Equal((a + 1) / 2, PromptSplit.Members(split.Choosing).Count(prompt => prompt < a));
        if (paired) Assert.All(Enumerable.Range(0, a), pair => Assert.Equal(split.Choosing[pair] != 0, split.Choosing[pair + a] != 0));
    }
}
