using SaeSharp.Numerics;

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
    /// <exception cref="OptionException">The prompt is empty, or holds an id outside the vocabulary.</exception>
    /// <exception cref="ModelException">The prompt is longer than the model's context.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Generated Generate(
        Transformer model, ReadOnlySpan<int> prompt, SamplingOptions options, HookSet? hooks = null, int? eosId = null, Action<int>? onToken = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        var next = TokenBatch.Of(prompt.ToArray());
        var context = model.Spec.Context;
        if (prompt.Length > context) throw ModelException.TooLong(prompt.Length, context);

        // The last token of a text is never read, so the cache needs no place for it.
        var state = new DecodingState(model, (int)Math.Clamp((long)prompt.Length + options.MaxTokens - 1, 1, context));
        var random = new Randomness(options.Seed);
        var ids = new List<int>();
        while (ids.Count < options.MaxTokens)
        {
            cancel.ThrowIfCancellationRequested();
            if (state.Count + next.Rows > context) return new([.. ids], StopReason.ContextFull);
            var id = Choose(model.Run(next, hooks, LogitRows.Last, state)!, options, random);
            ids.Add(id);
            onToken?.Invoke(id);
            if (!options.IgnoreEos && (id == eosId || model.Spec.EosIds.Contains(id))) return new([.. ids], StopReason.EndOfText);
            next = TokenBatch.Of([id]);
        }
        return new([.. ids], StopReason.MaxTokens);
    }

    private static int Choose(Tensor logits, SamplingOptions options, Randomness random)
    {
        var values = new double[logits.Columns];
        for (var id = 0; id < values.Length; id++) values[id] = logits.Read(id);
        logits.Free();
        if (Array.FindIndex(values, double.IsNaN) is >= 0 and var bad) throw ModelException.NotANumber(bad);
        return options.Temperature == 0 ? Sampler.Likeliest(values) : Sampler.Draw(Sampler.Probabilities(values, options), random.Next());
    }
}
