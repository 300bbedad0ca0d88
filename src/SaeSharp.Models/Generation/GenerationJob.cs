namespace SaeSharp.Models.Generation;

/// <summary>A text to be written.</summary>
/// <param name="Prompt">Token ids, at least one.</param>
/// <param name="Options">How to choose and when to stop.</param>
public sealed record GenerationJob(int[] Prompt, SamplingOptions Options)
{
    /// <summary>Reads and edits; they see the prompt in one run, then each new token in a run of one row.</summary>
    public HookSet? Hooks { get; init; }

    /// <summary>A token that ends the text, beside those of <see cref="TransformerSpec.EosIds"/>.</summary>
    public int? EosId { get; init; }

    /// <summary>Called with each new token as soon as it is chosen.</summary>
    public Action<int>? OnToken { get; init; }
}
