using System.Diagnostics;
using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Models.Generation;

namespace SaeSharp.Lab.Reading;

/// <summary>Lets a model write on.</summary>
internal static class Continuation
{
    public static GenerateResult Of(LanguageModel model, int[] prompt, GenerationInput input, HookSet? hooks, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var options = new SamplingOptions
        {
            MaxTokens = input.MaxTokens, Temperature = input.Temperature, TopK = input.TopK, TopP = input.TopP, Seed = input.Seed, IgnoreEos = input.IgnoreEos,
        };
        var meter = new ProgressMeter(progress, "generating", input.MaxTokens, "tokens");
        var (written, first) = (0, 0L);
        var generated = Generator.Generate(model.Transformer, prompt, options, hooks, model.EosId, _ =>
        {
            if (written++ == 0) first = Stopwatch.GetTimestamp(); // the first token is what the prompt's own run gives
            meter.Report(written);
        }, cancel);
        var seconds = written > 1 ? Stopwatch.GetElapsedTime(first).TotalSeconds : 0;
        return new(prompt, generated.Ids, model.Text(generated.Ids), seconds > 0 ? (written - 1) / seconds : 0);
    }
}
