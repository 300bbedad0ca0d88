using SaeSharp.Numerics;

namespace SaeSharp.Models.Generation;

/// <summary>Writes on after a prompt, token by token, with a cache of keys and values.</summary>
public static class Generator
{
    /// <summary>Rows of new prompts that one pass takes, or one prompt of any length: what bounds its buffers.</summary>
    private const int MostPromptRows = 1024;

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
        var job = new GenerationJob(prompt.ToArray(), options) { Hooks = hooks, EosId = eosId, OnToken = onToken };
        return Generate(model, [job], cancel: cancel)[0];
    }

    /// <summary>Writes many texts, several at once in each pass over the weights. Each is what it is alone, to the last token.</summary>
    /// <param name="model">The model.</param>
    /// <param name="jobs">The texts; one begins as soon as another ends.</param>
    /// <param name="streams">Most texts at once.</param>
    /// <param name="cancel">Ends them between two tokens.</param>
    /// <returns>The texts in the order of the jobs.</returns>
    /// <exception cref="OptionException">A prompt is empty, or holds an id outside the vocabulary.</exception>
    /// <exception cref="ModelException">A prompt is longer than the model's context.</exception>
    /// <exception cref="OperationCanceledException">They were cancelled.</exception>
    public static Generated[] Generate(Transformer model, IReadOnlyList<GenerationJob> jobs, int streams = 32, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(jobs);
        OptionException.Positive(streams);
        foreach (var job in jobs) Writing.Require(model, job.Prompt);
        var results = new Generated[jobs.Count];
        var active = new List<(int Job, Writing Writing)>(Math.Min(streams, jobs.Count));
        var logits = Tensor.Zeros(model.ComputeType, Math.Min(streams, jobs.Count), model.Spec.DVocab); // [streams, dVocab]
        try
        {
            for (var waiting = 0; waiting < jobs.Count || active.Count > 0;)
            {
                cancel.ThrowIfCancellationRequested();
                waiting = Join(model, jobs, streams, waiting, active);
                var next = Prepare(active, results);
                if (next.Count > 0) Step(model, active, next, logits.Rows(0, active.Count));
            }
            return results;
        }
        finally
        {
            foreach (var (_, writing) in active) writing.Dispose();
            logits.Free();
        }
    }

    /// <summary>Lets texts begin where there is room; new prompts together have about <see cref="MostPromptRows"/> rows.</summary>
    private static int Join(Transformer model, IReadOnlyList<GenerationJob> jobs, int streams, int waiting, List<(int Job, Writing Writing)> active)
    {
        for (var rows = 0; waiting < jobs.Count && active.Count < streams && rows < MostPromptRows; waiting++)
        {
            active.Add((waiting, new(model, jobs[waiting])));
            rows += jobs[waiting].Prompt.Length;
        }
        return waiting;
    }

    /// <summary>The next tokens of each text that goes on; the others leave.</summary>
    private static List<int[]> Prepare(List<(int Job, Writing Writing)> active, Generated[] results)
    {
        var next = new List<int[]>(active.Count);
        for (var i = 0; i < active.Count;)
        {
            var (job, writing) = active[i];
            var ids = writing.Prepare();
            if (writing.Result is { } result)
            {
                results[job] = result;
                writing.Dispose();
                active.RemoveAt(i);
                continue;
            }
            next.Add(ids);
            i++;
        }
        return next;
    }

    private static void Step(Transformer model, List<(int Job, Writing Writing)> active, List<int[]> next, Tensor logits)
    {
        var strands = new Strand[active.Count];
        for (var i = 0; i < strands.Length; i++) strands[i] = active[i].Writing.Strand;
        model.RunOn(TokenBatch.Of(next), strands, LogitRows.Last, logits);
        for (var i = 0; i < strands.Length; i++) active[i].Writing.Take(logits.Rows(i, 1));
    }
}
