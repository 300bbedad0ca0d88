using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Numerics;

namespace SaeSharp.Lab.Steering;

/// <summary>The direction from what one set of prompts leaves at a hook to what another leaves there: the difference of the means at their last tokens.</summary>
internal static class MeanDifference
{
    /// <summary>One edit for each hook, that adds the difference times <see cref="SteerRequest.Times"/>; none where no prompts were given.</summary>
    public static IReadOnlyList<ResolvedEdit> Of(SteerRequest request, LanguageModel model, EditPositions positions, ResolvedCondition? when)
    {
        if (request.Toward.Count == 0 && request.From.Count == 0) return [];
        if (request.Toward.Count == 0 || request.From.Count == 0)
            throw OptionException.Invalid($"There are {request.Toward.Count} prompts with --toward and {request.From.Count} with --from, expected at least one of each.", "The push is the mean of the first less the mean of the second.");
        if (!double.IsFinite(request.Times)) throw OptionException.Invalid("--times is not finite, expected a number.", "1 adds the whole difference.");
        string[] hooks = [.. request.Hooks.Distinct().Select(model.Transformer.RequireHook)];
        if (hooks.Length == 0) throw OptionException.Invalid("A difference of means is to be added, but no hook is named.", "Give --hook blocks.2.hook_resid_post, or several.");
        var (toward, from) = (Means(request.Toward, request, model, hooks), Means(request.From, request, model, hooks));
        return [.. hooks.Select(hook => new ResolvedEdit(EditOp.Add, hook, null, 0, Difference(toward[hook], from[hook]), request.Times, positions, when) { Named = "difference of means" })];
    }

    private static Tensor Difference(double[] toward, double[] from)
    {
        float[] difference = [.. toward.Zip(from, (a, b) => (float)(a - b))];
        return Tensor.Of(difference, difference.Length);                                                  // [width]
    }

    private static Dictionary<string, double[]> Means(IReadOnlyList<string> prompts, SteerRequest request, LanguageModel model, string[] hooks)
    {
        var means = hooks.ToDictionary(hook => hook, hook => new double[model.Transformer.HookWidth(hook)]);
        foreach (var prompt in prompts)
        {
            var ids = model.Prompt(request with { Prompt = prompt, Ids = null, Messages = null }).Ids;
            var reads = new HookSet();
            foreach (var hook in hooks)
            {
                var sum = means[hook];
                reads.Read(hook, value =>
                {
                    var last = value.Reshape(ids.Length, sum.Length).Rows(ids.Length - 1, 1);             // h   [1, width]
                    for (var i = 0; i < sum.Length; i++) sum[i] += last.Read(i) / prompts.Count;
                });
            }
            model.Transformer.Run(TokenBatch.Of(ids), reads, LogitRows.None);
        }
        return means;
    }
}
