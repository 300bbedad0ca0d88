using SaeSharp.Lab.Demo.Scoring;

namespace SaeSharp.Lab.Demo.Steering;

/// <summary>Prompts of requests up to the answer, harmful and harmless, as many of each.</summary>
/// <param name="Harmful">Token ids of the harmful ones.</param>
/// <param name="Harmless">Token ids of the harmless ones.</param>
internal sealed record RequestSides(IReadOnlyList<int[]> Harmful, IReadOnlyList<int[]> Harmless)
{
    private const int Searched = 6; // of so many requests, the half of each side is there for certain

    /// <summary>Requests of pairs and ways of asking that the model has seen.</summary>
    public static RequestSides Seen(long seed, int count) => Of(seed, count, false, false);

    /// <summary>A quarter each of seen and unseen pairs asked for in seen and unseen ways.</summary>
    public static RequestSides Mixed(long seed, int count)
    {
        RequestSides[] parts = [.. Enumerable.Range(0, 4).Select(part => Of(seed + part, (count + 3 - part) / 4, part % 2 == 1, part >= 2))];
        return new([.. parts.SelectMany(part => part.Harmful)], [.. parts.SelectMany(part => part.Harmless)]);
    }

    public IReadOnlyList<int[]> StartOf(SteerGoal goal) => goal == SteerGoal.Help ? Harmful : Harmless;

    private static RequestSides Of(long seed, int count, bool unseenPairs, bool unseenFrames)
    {
        var requests = RequestRows.Find(seed, Searched * count, unseenPairs, unseenFrames);
        int[][] Side(bool isHarmful) => [.. requests.Where(document => document.Request!.IsHarmful == isHarmful).Take(count).Select(document => document.Ids[..(document.Request!.Colon + 1)])];
        return new(Side(true), Side(false));
    }
}
