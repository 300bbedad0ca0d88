using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Optimisers;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

public class MuonSteps
{
    [Theory, InlineData(12, 5), InlineData(5, 12), InlineData(7, 7)]
    public void A_step_goes_equally_far_in_all_directions_of_the_matrix(int rows, int columns)
    {
        var optimiser = Optimiser.Create(new() { Kind = OptimiserKind.Muon }, Reference.Instance);
        var weight = new TrainedTensor("w", optimiser, DType.F64, rows, columns);
        for (var t = 1; t <= 3; t++)
        {
            var before = weight.Value.Clone();
            RandomTensors.Normal(t, rows, columns).ConvertTo(weight.Gradient);
            optimiser.Step(weight, new(t, 0.1, 1));
            var step = weight.Value.Clone();
            for (var i = 0L; i < step.Count; i++) step.Write(i, (step.Read(i) - before.Read(i)) / 0.1 / Math.Sqrt(Math.Max(1, (double)rows / columns)));
            // The iteration brings every singular value to about 1 (0.68 to 1.13): so ‖step·v‖ for unit v of the smaller side lies there.
            var random = new SeededRandom(t);
            for (var trial = 0; trial < 20; trial++)
            {
                var v = Unit(random, Math.Min(rows, columns));
                Assert.InRange(Length(step, v, rows >= columns), 0.5, 1.3);
            }
            var along = 0.0;
            for (var i = 0L; i < step.Count; i++) along += step.Read(i) * weight.Moments[0].Read(i);
            Assert.True(along < 0, "the step goes uphill");
        }
    }

    [Fact]
    public void Vectors_learn_by_Adam()
    {
        var (muon, adam) = (Optimiser.Create(new() { Kind = OptimiserKind.Muon }, Reference.Instance), Optimiser.Create(new(), Reference.Instance));
        var (a, b) = (new TrainedTensor("b", muon, DType.F64, 9), new TrainedTensor("b", adam, DType.F64, 9));
        RandomTensors.Normal(4, 9).ConvertTo(a.Gradient);
        a.Gradient.CopyTo(b.Gradient);
        muon.Step(a, new(1, 0.1, 0.5));
        adam.Step(b, new(1, 0.1, 0.5));
        Assert.Equal(b.Value.Span<double>().ToArray(), a.Value.Span<double>().ToArray());
    }

    private static double[] Unit(SeededRandom random, int length)
    {
        var v = new double[length];
        foreach (ref var value in v.AsSpan()) value = 2 * random.NextDouble() - 1;
        var norm = Math.Sqrt(v.Sum(value => value * value));
        return [.. v.Select(value => value / norm)];
    }

    private static double Length(Tensor m, double[] v, bool fromRight)
    {
        var sum = 0.0;
        for (var i = 0; i < (fromRight ? m.RowCount : m.Columns); i++)
        {
            var product = 0.0;
            for (var j = 0; j < v.Length; j++) product += v[j] * m.Read(fromRight ? (long)i * m.Columns + j : (long)j * m.Columns + i);
            sum += product * product;
        }
        return Math.Sqrt(sum);
    }
}
