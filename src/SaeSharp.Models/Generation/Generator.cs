using SaeSharp.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

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
        var logits = Tensor.Zeros(model.ComputeType, 1, model.Spec.DVocab);           // [1, dVocab]
        while (ids.Count < options.MaxTokens)
        {
            cancel.ThrowIfCancellationRequested();
            if (state.Count + next.Rows > context) return new([.. ids], StopReason.ContextFull);
            if (model.Outgrows(state, next.Rows))
            {
                state.Settle(0); // the whole text again, as Hugging Face's generate does
                next = TokenBatch.Of([.. prompt, .. ids]);
            }
            model.Run(next, hooks, state, logits);
            var id = Choose(logits, options, random);
            ids.Add(id);
            onToken?.Invoke(id);
            if (!options.IgnoreEos && (id == eosId || model.Spec.EosIds.Contains(id))) return new([.. ids], StopReason.EndOfText);
            next = TokenBatch.Of([id]);
        }
        return new([.. ids], StopReason.MaxTokens);
    }

    private static int Choose(Tensor logits, SamplingOptions options, Randomness random)
    {
        if (options.Temperature == 0 && logits.DType == DType.F32)
        {
            var span = logits.Span<float>();
            var best = TensorPrimitives.IndexOfMax(span); // the first of equals; a NaN wins over everything
            return float.IsFinite(span[best]) ? best : throw ModelException.NotFinite(best, span[best]);
        }
        var values = logits.To(DType.F64).Span<double>();
        for (var id = 0; id < values.Length; id++)
            if (!double.IsFinite(values[id])) throw ModelException.NotFinite(id, values[id]);
        return options.Temperature == 0 ? Sampler.Likeliest(values) : Sampler.Draw(Sampler.Probabilities(values, options), random.Next());
    }
}
