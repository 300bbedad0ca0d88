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

    /// <exception cref="ModelException">The prompt is longer than the model's context.</exception>
    public Writing(Transformer model, GenerationJob job)
    {
        var (context, length) = (model.Spec.Context, job.Prompt.Length);
        if (length == 0) throw OptionException.Invalid("The prompt has no token, expected at least one.", "Leave empty texts out, or let the tokenizer add its start token.");
        if (length > context) throw ModelException.TooLong(length, context);
        (_model, _job, _random) = (model, job, new(job.Options.Seed));

        // The last token of a text is never read, so the cache needs no place for it.
        var capacity = (int)Math.Clamp((long)length + job.Options.MaxTokens - 1, 1, context);
        var state = job.Hooks is null && model.KeysLast ? model.Prefixes.Begin(job.Prompt, capacity) : new DecodingState(model, capacity);
        (_next, Strand) = (job.Prompt[state.Count..], new(state, job.Hooks));
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
