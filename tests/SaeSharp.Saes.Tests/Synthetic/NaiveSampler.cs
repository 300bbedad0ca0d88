using SaeSharp.Saes.Synthetic;

namespace SaeSharp.Saes.Tests.Synthetic;

/// <summary>The naive twin of <see cref="FiringSampler"/>: a Gaussian for every feature, then level by level what the tree takes away.</summary>
internal sealed class NaiveSampler(SyntheticWorld world)
{
    private readonly double[] _thresholds = [.. world.Probabilities.Select(probability => Gaussian.Threshold(probability))];

    /// <summary>Strengths of all features in one sample.</summary>
    public float[] Draw(SampleRandom random)
    {
        var factors = new double[world.Factors.Columns];
        foreach (ref var factor in factors.AsSpan()) factor = random.Normal();
        var strengths = new float[world.Features];
        for (var i = 0; i < strengths.Length; i++)
        {
            var (common, square) = (0.0, 0.0);
            for (var r = 0; r < factors.Length; r++)
            {
                var loading = world.Factors.Row<float>(i)[r];
                (common, square) = (common + loading * factors[r], square + loading * loading);
            }
            var isOn = common + Math.Sqrt(1 - square) * random.Normal() > _thresholds[i];
            var strength = world.Means[i] + world.Deviations[i] * random.Normal();
            strengths[i] = isOn ? (float)Math.Max(0, strength) : 0;
        }
        ApplyTree(strengths, world.Tree, world.Means, random);
        return strengths;
    }

    /// <summary>From the roots down: children of what does not fire go out, the others are scaled; then one of exclusive siblings stays.</summary>
    public static void ApplyTree(float[] strengths, FeatureTree tree, float[] means, SampleRandom random)
    {
        int[] level = [.. Enumerable.Range(0, tree.Features).Where(i => tree.Parents[i] < 0)];
        while (level.Length > 0)
        {
            foreach (var parent in level)
            {
                var children = tree.Children(parent).ToArray();
                foreach (var child in children) strengths[child] *= strengths[parent] <= 0 ? 0 : tree.ScalesChildren(parent) ? strengths[parent] / means[parent] : 1;
                int[] rivals = [.. children.Where(child => strengths[child] > 0)];
                if (!tree.IsExclusive(parent) || rivals.Length < 2) continue;
                var winner = rivals[random.Below(rivals.Length)];
                foreach (var rival in rivals.Where(rival => rival != winner)) strengths[rival] = 0;
            }
            level = [.. level.SelectMany(parent => tree.Children(parent).ToArray())];
        }
    }
}
