using System.Diagnostics;
using SaeSharp.Lab.Library;
using SaeSharp.Models;
using SaeSharp.Models.Generation;

namespace SaeSharp.Lab.Reading;

/// <summary>Lets a model write on.</summary>
internal static class Continuation
{
    public static GenerateResult Of(LanguageModel model, int[] prompt, GenerationInput input, HookSet? hooks, IProgress<Progress>? progress, CancellationToken cancel) =>
        Of(model, prompt, input, [hooks], progress, cancel)[0];

    /// <summary>Several continuations of one prompt, each with its own hooks, written together: the weights are read once for all of them.</summary>
    public static GenerateResult[] Of(
        LanguageModel model, int[] prompt, GenerationInput input, IReadOnlyList<HookSet?> hooks, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var options = new SamplingOptions
        {
            MaxTokens = input.MaxTokens, Temperature = input.Temperature, TopK = input.TopK, TopP = input.TopP, Seed = input.Seed, IgnoreEos = input.IgnoreEos,
        };
        var meter = new ProgressMeter(progress, "generating", input.MaxTokens, "tokens");
        meter.Report(0); // said before the model reads the prompt: the first report compiles what words it, and no token should wait for that
        var (clocks, written) = (hooks.Select(_ => new Clock()).ToArray(), hooks.Select(_ => new List<int>()).ToArray());
        var longest = 0;
        var jobs = hooks.Select((set, i) => new GenerationJob(prompt, options)
        {
            Hooks = set, EosId = model.EosId,
            OnToken = id =>
            {
                clocks[i].Tick();
                written[i].Add(id);
                if (clocks[i].Ticks > longest) meter.Report(longest = clocks[i].Ticks, texts: Texts);
            },
        }).ToArray();
        var texts = Generator.Generate(model.Transformer, jobs, jobs.Length, cancel);
        meter.Report(input.MaxTokens, texts: Texts);
        return [.. texts.Select((text, i) => new GenerateResult(prompt, text.Ids, model.TextAfter(prompt, text.Ids), clocks[i].PerSecond))];

        IReadOnlyList<string> Texts() => [.. written.Select(ids => model.TextAfter(prompt, [.. ids]))];
    }

    /// <summary>Counts tokens and their rate from the first on, which is what the prompt's own run gives.</summary>
    private sealed class Clock
    {
        private long _first, _last;

        public int Ticks { get; private set; }

        public double PerSecond => Ticks > 1 ? (Ticks - 1) / Stopwatch.GetElapsedTime(_first, _last).TotalSeconds : 0;

        public void Tick()
        {
            _last = Stopwatch.GetTimestamp();
            if (Ticks++ == 0) _first = _last;
        }
    }
}
