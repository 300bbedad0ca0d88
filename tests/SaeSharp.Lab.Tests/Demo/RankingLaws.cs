using CsCheck;
using SaeSharp.Lab.Demo.Scoring;
using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Numerics;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Tests.Demo;

/// <summary>AUROC and F1 of many latents and concepts at once against pairs counted one by one.</summary>
public class RankingLaws
{
    private const int Concepts = 5;

    private static readonly Gen<(ConceptLabels Labels, float[] Scores)> Rows =
        from count in Gen.Int[1, 40]
        from truth in Gen.Int[0, 31].Array[count]
        from unknown in Gen.Int[0, 31].Array[count]
        from scores in Gen.Int[-2, 6].Array[count]
        select (new ConceptLabels([.. truth.Select(Set)], [.. unknown.Zip(truth, (set, not) => Set(set & ~not))], Concepts), scores.Select(score => Math.Max(-1, score) / 4f).ToArray());

    [Fact]
    public void The_auroc_of_a_known_example_is_three_quarters()
    {
        var labels = new ConceptLabels([default, default, ConceptSet.Of(0), ConceptSet.Of(0)], new ConceptSet[4], 1);
        float[] scores = [0.1f, 0.4f, 0.35f, 0.8f];
        Assert.Equal(0.75, LayerBaselines.Auroc(labels, 0, scores));
        Assert.Equal(0.75, Ranking.SparseAuroc(labels, [0, 2, 1, 3], [0.1f, 0.35f, 0.4f, 0.8f])[0]);
    }

    [Fact]
    public void A_latent_that_fires_on_half_of_the_positives_and_nothing_else_has_three_quarters()
    {
        var labels = new ConceptLabels([ConceptSet.Of(0), ConceptSet.Of(0), default, default, default], new ConceptSet[5], 1);
        Assert.Equal(0.75, Ranking.SparseAuroc(labels, [1], [2f])[0]); // ties count half: 0.5 · 1 + 0.5 · 0.5
    }

    [Fact]
    public void Auroc_is_the_share_of_pairs_in_the_right_order() => Rows.Sample(entry =>
    {
        var (labels, scores) = entry;
        var order = Enumerable.Range(0, scores.Length).OrderBy(row => scores[row]).ToArray();
        var dense = Ranking.Auroc(labels, order, [.. order.Select(row => scores[row])]);
        int[] listed = [.. order.Where(row => scores[row] != 0)];
        var sparse = Ranking.SparseAuroc(labels, listed, [.. listed.Select(row => scores[row])]);
        for (var concept = 0; concept < Concepts; concept++)
        {
            var expected = Naive(labels, scores, concept);
            Assert.Equal(expected, dense[concept], 1e-12);
            Assert.Equal(expected, sparse[concept], 1e-12);
            Assert.Equal(expected, LayerBaselines.Auroc(labels, concept, scores), 1e-12);
        }
    });

    [Fact]
    public void The_best_f1_is_that_of_the_best_threshold_above_0() => Rows.Sample(entry =>
    {
        var (labels, scores) = entry;
        var columns = new LatentColumns(Codes(scores));
        var best = columns.F1(labels)[0];
        for (var concept = 0; concept < Concepts; concept++)
        {
            var all = scores.Where(score => score > 0).Distinct().Select(from => NaiveF1(labels, scores, concept, from)).Append(0).Max();
            Assert.Equal(all, best[concept].F1, 1e-12);
            if (all > 0) Assert.Equal(all, columns.F1(labels, 0, concept, best[concept].From), 1e-12);
        }
    });

    [Fact]
    public void What_is_chosen_on_one_half_is_measured_on_the_other()
    {
        ConceptLabels Half(params int[] sets) => new([.. sets.Select(Set)], new ConceptSet[sets.Length], Concepts);
        // Latent 0 is right on the first half and wrong on the second; latent 1 the other way round.
        var best = new BestLatents(Codes([1, 1, 0, 0], [0, 0, 1, 1]), Half(1, 1, 0, 0), Codes([0, 0, 1, 1], [1, 1, 0, 0]), Half(1, 1, 0, 0));
        Assert.Equal((0, 1.0, 0.0), (best.Ranked[0], best.Auroc[0].Chosen, best.Auroc[0].Measured));
        Assert.Equal((0, 1.0, 0.0), (best.Told[0], best.F1[0].Chosen, best.F1[0].Measured));
    }

    [Fact]
    public void A_concept_that_two_latents_share_has_two_parts()
    {
        var labels = new ConceptLabels([.. Enumerable.Range(0, 8).Select(row => row < 4 ? ConceptSet.Of(0) : default)], new ConceptSet[8], Concepts);
        var codes = Codes([1, 1, 0, 0, 0, 0, 0, 0], [0, 0, 1, 2, 0, 0, 0, 0], [1, 0, 0, 0, 1, 0, 0, 0]);
        Assert.Equal(2, new BestLatents(codes, labels, codes, labels).Parts(0));
    }

    private static ConceptSet Set(int bits) => new((ulong)bits, 0);

    private static SparseCodes Codes(params float[][] latents)
    {
        var dense = Tensor.Zeros(DType.F32, latents[0].Length, latents.Length);
        for (var row = 0; row < dense.RowCount; row++)
            for (var latent = 0; latent < latents.Length; latent++) dense.Row<float>(row)[latent] = latents[latent][row];
        return SparseCodes.FromDense(dense);
    }

    private static double Naive(ConceptLabels labels, float[] scores, int concept)
    {
        var (wins, pairs) = (0.0, 0);
        for (var up = 0; up < scores.Length; up++)
        {
            for (var down = 0; down < scores.Length; down++)
            {
                if (!labels.Truth[up].Contains(concept) || labels.Truth[down].Contains(concept) || labels.Unknown[down].Contains(concept)) continue;
                pairs++;
                wins += scores[up] > scores[down] ? 1 : scores[up] == scores[down] ? 0.5 : 0;
            }
        }
        return pairs == 0 ? 0.5 : wins / pairs;
    }

    private static double NaiveF1(ConceptLabels labels, float[] scores, int concept, float from)
    {
        var known = Enumerable.Range(0, scores.Length).Where(row => !labels.Unknown[row].Contains(concept)).ToList();
        var right = known.Count(row => scores[row] >= from && labels.Truth[row].Contains(concept));
        var wrong = known.Count(row => scores[row] >= from != labels.Truth[row].Contains(concept));
        return right == 0 ? 0 : 2.0 * right / (2 * right + wrong);
    }
}
