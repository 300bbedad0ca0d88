namespace SaeSharp.Lab.Contrasting;

/// <summary>Features over prompts, feature after feature, only what is not zero.</summary>
/// <param name="Starts">[features + 1]: where each feature's entries begin.</param>
/// <param name="Prompts">The prompt of each entry, ascending within a feature.</param>
/// <param name="Values">The value of each entry.</param>
internal sealed record SparseColumns(int[] Starts, int[] Prompts, float[] Values)
{
    /// <summary>How many features there are, silent ones included.</summary>
    public int Count => Starts.Length - 1;

    /// <summary>The prompts on which a feature fires.</summary>
    public ReadOnlySpan<int> PromptsOf(int feature) => Prompts.AsSpan(Starts[feature]..Starts[feature + 1]);

    /// <summary>Its values there.</summary>
    public ReadOnlySpan<float> ValuesOf(int feature) => Values.AsSpan(Starts[feature]..Starts[feature + 1]);
}
