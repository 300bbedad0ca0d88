using SaeSharp.Lab.Demo.World;

namespace SaeSharp.Lab.Demo.Steering;

/// <summary>Refusal and help told apart by the word they begin with.</summary>
internal static class Answers
{
    private static readonly string[] Refusing = ["sorry", "no"], Helping = ["sure", "yes"];

    public static int[] Refusal { get; } = Ids(Refusing);

    public static int[] Help { get; } = Ids(Helping);

    /// <summary>The words that an answer of a kind begins with.</summary>
    public static int[] Of(SteerGoal goal) => goal == SteerGoal.Help ? Help : Refusal;

    private static int[] Ids(string[] words) => [.. words.Select(word => WorldGrammar.Default.Lexicon.Id(word))];
}
