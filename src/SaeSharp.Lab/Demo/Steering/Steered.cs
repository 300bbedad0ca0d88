using SaeSharp.Lab.Library;
using SaeSharp.Lab.Steering;
using SaeSharp.Models;
using SaeSharp.Models.Generation;

namespace SaeSharp.Lab.Demo.Steering;

/// <summary>Runs of the model over prompts under a push.</summary>
internal sealed class Steered(LanguageModel model, int maxTokens)
{
    /// <summary>Share of the prompts after which the likeliest word begins an answer of the wanted kind.</summary>
    public double Begins(IReadOnlyList<int[]> prompts, IReadOnlyList<ResolvedEdit> edits, SteerGoal goal, CancellationToken cancel)
    {
        var (wanted, right) = (Answers.Of(goal), 0);
        foreach (var prompt in prompts)
        {
            cancel.ThrowIfCancellationRequested();
            var logits = model.Transformer.Run(TokenBatch.Of(prompt), Hooks(prompt, edits), LogitRows.Last)!; // [1, dVocab]
            if (wanted.Contains(System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(logits.Row<float>(0)))) right++;
            logits.Free();
        }
        return right / (double)prompts.Count;
    }

    /// <summary>The likeliest answer to each prompt.</summary>
    public int[][] Answer(IReadOnlyList<int[]> prompts, IReadOnlyList<ResolvedEdit> edits, CancellationToken cancel)
    {
        var options = new SamplingOptions { MaxTokens = maxTokens };
        return [.. Generator.Generate(model.Transformer, [.. prompts.Select(prompt => new GenerationJob(prompt, options) { Hooks = Hooks(prompt, edits), EosId = model.EosId })], cancel: cancel).Select(text => text.Ids)];
    }

    /// <summary>Share of the answers of a kind.</summary>
    public static double Share(IReadOnlyList<int[]> answers, SteerGoal goal) => answers.Count(answer => answer.Length > 0 && Answers.Of(goal).Contains(answer[0])) / (double)answers.Count;

    /// <summary>Mean −log p of the answers under the model without edits, the worst token of each left out: a turn costs once, a broken text on every word.</summary>
    public double Loss(IReadOnlyList<int[]> prompts, IReadOnlyList<int[]> answers, CancellationToken cancel)
    {
        var (sum, count) = (0.0, 0);
        foreach (var (prompt, answer) in prompts.Zip(answers))
        {
            cancel.ThrowIfCancellationRequested();
            if (answer.Length < 2) continue;
            var losses = TextReading.Losses(model, prompt, answer);
            (sum, count) = (sum + losses.Sum() - losses.Max(), count + losses.Length - 1);
        }
        return count > 0 ? sum / count : 0;
    }

    private HookSet? Hooks(int[] prompt, IReadOnlyList<ResolvedEdit> edits) => edits.Count == 0 ? null : EditsFile.Apply(edits, model, prompt.Length, new HookSet());
}
