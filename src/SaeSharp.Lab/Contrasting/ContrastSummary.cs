namespace SaeSharp.Lab.Contrasting;

/// <summary>What all features together show.</summary>
internal static class ContrastSummary
{
    private const int Bars = 50, Points = 60;

    /// <summary>Features that part the sets without a mistake, found and expected.</summary>
    public static PerfectSeparators Perfect(IReadOnlyList<FeatureScore> scores, PromptSplit split)
    {
        int chosenA = split.Choosing.Count((sbyte)1), chosenB = split.Choosing.Count((sbyte)-1);
        if (split.IsPaired)
        {
            // Each pair turns by itself: of 2ⁿ ways, two have all of them alike.
            double all = 2 * Math.Exp(-split.A * Math.Log(2)), half = 2 * Math.Exp(-chosenA * Math.Log(2));
            return new(scores.Count(score => score.Pairs.All != 0), all * scores.Count(score => !score.Torn.All), scores.Count(score => score.Pairs.Choosing != 0),
                half * scores.Count(score => !score.Torn.Choosing), scores.Count(score => score.Pairs.Choosing != 0 && score.Pairs.Held == score.Pairs.Choosing));
        }
        return new(
            scores.Count(score => score.All.IsPerfect), scores.Sum(score => score.All.Separations) * Math.Exp(-LogWays(split.A, split.B)),
            scores.Count(score => score.Choosing.IsPerfect), scores.Sum(score => score.Choosing.Separations) * Math.Exp(-LogWays(chosenA, chosenB)),
            scores.Count(score => score.Choosing.IsPerfect && score.Held.IsPerfect && score.Held.Auroc == score.Choosing.Auroc));
    }

    /// <summary>Counts, a histogram and the points that stand out, for each SAE.</summary>
    public static IReadOnlyList<ContrastLayer> Layers(IReadOnlyList<PooledLayer> layers, IReadOnlyList<FeatureScore> scores, ContrastProbe[] probes)
    {
        var byLayer = scores.ToLookup(score => score.Layer);
        return [.. layers.Select((layer, number) =>
        {
            var (own, histogram) = (byLayer[number].ToList(), new int[Bars]);
            foreach (var score in own) histogram[Math.Min(Bars - 1, (int)(score.All.Auroc * Bars))]++;
            return new ContrastLayer
            {
                Sae = layer.Sae.Name, Hook = layer.Sae.Hook, Layer = layer.Sae.Layer, Tested = own.Count, Significant = own.Count(ContrastRun.IsSignificant), Probe = probes[number], Histogram = histogram,
                Swarm = [.. own.OrderByDescending(score => score.Rank).ThenBy(score => score.Feature).Take(Points).Select(score => new SwarmPoint(score.Feature, score.All.Auroc, score.Held.Auroc, score.Q))],
            };
        })];
    }

    /// <summary>Why the numbers may mean less than they seem to.</summary>
    public static IReadOnlyList<string> Notes(PromptSplit split, IReadOnlyList<FeatureScore> scores)
    {
        List<string> notes = [];
        var perfect = Perfect(scores, split);
        if (perfect.ExpectedChoosing >= 0.5) notes.Add(FormattableString.Invariant(
            $"with {split.A} and {split.B} prompts chance alone lets about {perfect.ExpectedChoosing:0.#} features part the choosing half without a mistake: more prompts would tell more"));
        if (Math.Min(split.A, split.B) < 20) notes.Add("fewer than 20 prompts of a set: held-out figures rest on a handful");
        return notes;
    }

    /// <summary>log of the number of ways to choose a of a + b.</summary>
    private static double LogWays(int a, int b)
    {
        var sum = 0.0;
        for (var i = 1; i <= Math.Min(a, b); i++) sum += Math.Log(Math.Max(a, b) + i) - Math.Log(i);
        return sum;
    }
}
