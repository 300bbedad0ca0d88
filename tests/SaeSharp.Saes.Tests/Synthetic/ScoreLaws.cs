using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Synthetic;
using SaeSharp.Saes.Synthetic.Scores;

namespace SaeSharp.Saes.Tests.Synthetic;

/// <summary>Hand-worked scores, and the assignment against trying everything.</summary>
public class ScoreLaws
{
    [Theory, InlineData(4, 7), InlineData(6, 6), InlineData(7, 3), InlineData(1, 5)]
    public void No_other_pairing_has_a_larger_sum(int rows, int columns)
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var scores = RandomTensors.Normal(seed, rows, columns);
            foreach (ref var value in scores.Span<float>()) value = MathF.Round(MathF.Abs(value), seed % 3); // with ties
            var pairs = Assignment.Largest(scores);
            Assert.Equal(Math.Min(rows, columns), pairs.Count(column => column >= 0));
            Assert.Equal(pairs.Count(column => column >= 0), pairs.Where(column => column >= 0).Distinct().Count());
            Assert.Equal(Best(scores, 0, []), pairs.Select((column, row) => column < 0 ? 0.0 : scores.Row<float>(row)[column]).Sum(), 1e-6);
        }
    }

    [Fact]
    public void Firing_is_counted_by_hand()
    {
        // Latent 0 stands for feature 1, latent 1 for feature 0, latent 2 for feature 1 and never fires. Three samples.
        var firing = new FiringClassification([1, 0, 1], 2);
        firing.Add(
            SparseCodes.FromDense(Tensor.Of([1f, 1, 0, 0, 1, 0, 2, 0, 0], 3, 3)),
            SparseCodes.FromDense(Tensor.Of([0f, 1, 1, 1, 0, 0], 3, 2)));
        Assert.Equal((1, 1, 1, 0), firing.Of(0));
        Assert.Equal((1, 1, 0, 1), firing.Of(1));
        Assert.Equal((0, 0, 2, 1), firing.Of(2));
        Assert.Equal((0.5 + 0.5 + 0) / 3, firing.Precision, 1e-12);
        Assert.Equal((0.5 + 1 + 0) / 3, firing.Recall, 1e-12);
        Assert.Equal((0.5 + 2.0 / 3 + 0) / 3, firing.F1, 1e-12);
        Assert.Equal((1.0 / 3 + 2.0 / 3 + 1.0 / 3) / 3, firing.Accuracy, 1e-12);
    }

    [Fact]
    public void A_right_angle_and_a_copy_have_overlap_nothing_and_all()
    {
        var overlap = Superposition.Of(Tensor.Of([1f, 0, 0, 2, -3, 0], 3, 2), Reference.Instance);
        Assert.Equal((1 + 0 + 1) / 3.0, overlap.MeanLargest, 1e-6);
        Assert.Equal((0.5 + 0 + 0.5) / 3, overlap.Mean, 1e-6);
    }

    [Fact]
    public void Factors_correlate_as_their_product_does()
    {
        var factors = RandomTensors.Normal(3, 9, 4);
        var product = Tensor.Zeros(DType.F32, 9, 9);
        Reference.Instance.MatMul(factors, factors, product, Transpose.B);
        var (low, full) = (FactorCorrelation.OfFactors(factors), FactorCorrelation.OfMatrix(product));
        Assert.Equal(full.RootMeanSquare, low.RootMeanSquare, 1e-5);
        Assert.Equal(full.Mean, low.Mean, 1e-5);
    }

    [Fact]
    public void The_true_dictionary_matches_itself()
    {
        var spec = SyntheticSpec.Small with { Features = 64, DIn = 32, Roots = 2, Depth = 2, OrthogonalSteps = 5 };
        var truth = SyntheticWorld.Create(spec, Reference.Instance).Directions;
        var match = new DirectionMatch(truth, truth, Reference.Instance);
        Assert.Equal(1, match.MeanCorrelationCoefficient(), 1e-6);
        Assert.Equal(1, match.Uniqueness);
        Assert.Equal(Enumerable.Range(0, 64), match.Best);
    }

    private static double Best(Tensor scores, int row, HashSet<int> taken)
    {
        if (row == scores.RowCount) return 0;
        // A row may go without where there are more rows than columns.
        var best = scores.RowCount > scores.Columns ? Best(scores, row + 1, taken) : double.NegativeInfinity;
        for (var column = 0; column < scores.Columns; column++)
        {
            if (!taken.Add(column)) continue;
            best = Math.Max(best, scores.Row<float>(row)[column] + Best(scores, row + 1, taken));
            taken.Remove(column);
        }
        return best;
    }
}
