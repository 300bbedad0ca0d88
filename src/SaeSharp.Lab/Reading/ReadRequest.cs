namespace SaeSharp.Lab.Reading;

/// <summary>Features on each token of a prompt, at every layer that has an SAE.</summary>
public sealed record ReadRequest : PromptInput
{
    /// <summary>SAEs to read with: folders, names in the workspace or published ones that were fetched. Left out: every SAE in the workspace that was trained on this model.</summary>
    public IReadOnlyList<string> Saes { get; init; } = [];
    /// <summary>Features to list on each token and layer, strongest first.</summary>
    public int Top { get; init; } = 5;
    /// <summary>Features to follow over all tokens, written SAE:N.</summary>
    public IReadOnlyList<string> Follow { get; init; } = [];
}
