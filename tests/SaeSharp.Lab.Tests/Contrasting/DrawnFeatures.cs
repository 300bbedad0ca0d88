using SaeSharp.Lab.Contrasting;

namespace SaeSharp.Lab.Tests.Contrasting;

/// <summary>Features over prompts as an SAE gives them: most fire rarely, some often, in clusters that fire together, with ties, and some below zero.</summary>
internal static class DrawnFeatures
{
    public static double[][] Draw(Random random, int features, int prompts, double signal = 0, int a = 0)
    {
        var clusters = Enumerable.Range(0, Math.Max(1, features / 8)).Select(_ => Enumerable.Range(0, prompts).Select(_ => random.NextDouble()).ToArray()).ToArray();
        return [.. Enumerable.Range(0, features).Select(feature =>
        {
            var (cluster, rate) = (clusters[random.Next(clusters.Length)], Math.Pow(random.NextDouble(), 2));
            return Enumerable.Range(0, prompts).Select(prompt =>
            {
                var fires = 0.7 * cluster[prompt] + 0.3 * random.NextDouble() < rate + (feature % 5 == 0 && prompt < a ? signal : 0);
                return fires ? Math.Round((random.NextDouble() - (feature % 7 == 0 ? 0.5 : 0)) * 20) / 4 : 0;
            }).ToArray();
        })];
    }

    public static SparseColumns Sparse(double[][] columns)
    {
        var (starts, prompts, values) = (new List<int> { 0 }, new List<int>(), new List<float>());
        foreach (var column in columns)
        {
            foreach (var (prompt, value) in column.Index().Where(entry => entry.Item != 0))
            {
                prompts.Add(prompt);
                values.Add((float)value);
            }
            starts.Add(prompts.Count);
        }
        return new([.. starts], [.. prompts], [.. values]);
    }
}
