namespace SaeSharp.Models.Generation;

/// <summary>Writes on after a prompt, token by token, with a cache of keys and values.</summary>
public static class Generator
{
    /// <summary>Generates tokens after <paramref name="prompt"/>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">Token ids, at least one.</param>
    /// <param name="options">How to choose and when to stop.</param>
    /// <param name="hooks">Reads and edits; they see the prompt in one run, then each new token in a run of one row.</param>
    /// <param name="eosId">A token that ends the text, beside those of <see cref="TransformerSpec.EosIds"/>.</param>
    /// <param name="onToken">Called with each new token as soon as it is chosen.</param>
    /// <param name="cancel">Ends it between two tokens.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Generated Generate(
        Transformer model, ReadOnlySpan<int> prompt, SamplingOptions options, HookSet? hooks = null, int? eosId = null, Action<int>? onToken = null, CancellationToken cancel = default) =>
        throw new NotImplementedException();
}
