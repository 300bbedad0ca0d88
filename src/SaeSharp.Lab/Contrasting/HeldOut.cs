using SaeSharp.Lab.Probing;

namespace SaeSharp.Lab.Contrasting;

/// <summary>How well scores of all prompts tell the sets apart on the half that chose nothing.</summary>
internal static class HeldOut
{
    /// <summary>AUROC with its interval.</summary>
    public static Estimate Auroc(double[] scores, PromptSplit split)
    {
        var held = PromptSplit.Members(split.Held);
        var ranking = new FeatureRanking(split.Count);
        ranking.Take(held, Ordered([.. held.Select(prompt => scores[prompt])]));
        int a = held.Count(prompt => prompt < split.A), b = held.Length - a;
        return ranking.Area(split.Held, a, b).Interval(a, b);
    }

    /// <summary>Share told right, above 0 meaning A, with Wilson's interval.</summary>
    public static Estimate Accuracy(double[] scores, PromptSplit split) => Accuracy(scores, split, split.Held);

    /// <summary>The same of any half.</summary>
    public static Estimate Accuracy(double[] scores, PromptSplit split, ReadOnlySpan<sbyte> half)
    {
        var members = PromptSplit.Members(half);
        return Area.Wilson(members.Count(prompt => scores[prompt] > 0 == prompt < split.A) / (double)members.Length, members.Length);
    }

    /// <summary>1, 2, 3 ... in the order of the scores, equal ones alike: what f32 could round away stays apart.</summary>
    private static float[] Ordered(double[] scores)
    {
        var places = scores.Distinct().Order().Index().ToDictionary(entry => entry.Item, entry => (float)(entry.Index + 1));
        return [.. scores.Select(score => places[score])];
    }
}
