using SaeSharp.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace SaeSharp.Models.Generation;

/// <summary>A text that is being written: what was written, what comes next, and the model's memory of it.</summary>
internal sealed class Writing : IDisposable
{
    private readonly Transformer _model;
    private readonly GenerationJob _job;
    private readonly Randomness _random;
    private readonly List<int> _ids = [];
    private int[] _next;

    /// <param name="model">Who writes.</param>
    /// <param name="job">After what, which <see cref="Require"/> lets pass.</param>
    public Writing(Transformer model, GenerationJob job)
    {
        (_model, _job, _random) = (model, job, new(job.Options.Seed));

        // The last token of a text is never read, so the cache needs no place for it.
        var capacity = (int)Math.Clamp((long)job.Prompt.Length + job.Options.MaxTokens - 1, 1, model.Spec.Context);
        var state = job.Hooks is null && model.KeysLast ? model.Prefixes.Begin(job.Prompt, capacity) : new DecodingState(model, capacity);
        (_next, Strand) = (job.Prompt[state.Count..], new(state, job.Hooks));
    }

    /// <summary>Throws unless the model can go on after <paramref name="prompt"/>: asked of every prompt before the first is read, so that a bad one costs no other its text.</summary>
    /// <exception cref="OptionException">It is empty, or holds an id outside the vocabulary.</exception>
    /// <exception cref="ModelException">It is longer than the model's context.</exception>
    public static void Require(Transformer model, ReadOnlySpan<int> prompt)
    {
        if (prompt.Length == 0) throw OptionException.Invalid("The prompt has no token, expected at least one.", "Leave empty texts out, or let the tokenizer add its start token.");
        if (prompt.Length > model.Spec.Context) throw ModelException.TooLong(prompt.Length, model.Spec.Context);
        foreach (var id in prompt)
            if ((uint)id >= (uint)model.Spec.DVocab) throw OptionException.Invalid($"Token id {id} lies outside the vocabulary of {model.Spec.DVocab}.", "Check that the tokenizer belongs to this model.");
    }

    /// <summary>Where the model goes on.</summary>
    public Strand Strand { get; }

    /// <summary>The text, once it is done; null before.</summary>
    public Generated? Result { get; private set; }

    /// <summary>The tokens of the next run, or none where the text is done.</summary>
    public int[] Prepare()
    {
        var state = Strand.State;
        if (_ids.Count >= _job.Options.MaxTokens) End(StopReason.MaxTokens);
        else if (state.Count + _next.Length > _model.Spec.Context) End(StopReason.ContextFull);
        if (Result is not null) return [];
        if (_model.Outgrows(state, _next.Length))
        {
            state.Settle(0); // the whole text again, as Hugging Face's generate does
            _next = [.. _job.Prompt, .. _ids];
        }
        return _next;
    }

    /// <summary>Chooses a token from <paramref name="logits"/> [1, dVocab] of the last row of <see cref="Prepare"/>'s run.</summary>
    public void Take(Tensor logits)
    {
        if (_ids.Count == 0 && _job.Hooks is null && _model.KeysLast) _model.Prefixes.Keep(_job.Prompt, Strand.State);
        var id = Choose(logits);
        _ids.Add(id);
        _job.OnToken?.Invoke(id);
        if (!_job.Options.IgnoreEos && (id == _job.EosId || _model.Spec.EosIds.Contains(id))) End(StopReason.EndOfText);
        else if (_next.Length == 1) _next[0] = id; // the batch that held it is run
        else _next = [id];
    }

    public void Dispose() => Strand.State.Dispose();

    private void End(StopReason reason) => Result = new([.. _ids], reason);

    private int Choose(Tensor logits)
    {
        var options = _job.Options;
        if (options.Temperature == 0 && logits.DType == DType.F32)
        {
            var span = logits.Span<float>();
            var best = TensorPrimitives.IndexOfMax(span); // the first of equals; a NaN wins over everything
            return float.IsFinite(span[best]) ? best : throw ModelException.NotFinite(best, span[best]);
        }
        var values = logits.To(DType.F64).Span<double>();
        for (var id = 0; id < values.Length; id++)
            if (!double.IsFinite(values[id])) throw ModelException.NotFinite(id, values[id]);
        return options.Temperature == 0 ? Sampler.Likeliest(values) : Sampler.Draw(Sampler.Probabilities(values, options), _random.Next());
    }
}
