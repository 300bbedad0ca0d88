using System.Diagnostics;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Lab.Steering;
using SaeSharp.Models;
using SaeSharp.Models.Generation;
using SaeSharp.Models.Interventions;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes;
using ModelPositions = SaeSharp.Models.Interventions.EditPositions;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>Decoding with an edit, with one that waits for a feature, with SAEs that read every layer, or of several texts at once, in turn with plain decoding of one: what each costs is then a ratio of neighbours in time.</summary>
internal sealed class DecodeVariant
{
    private const int Turns = 5, Tokens = 6 * ReadBack.Chunk;
    private readonly Transformer _model;
    private readonly int[] _prompt;
    private readonly BenchRequest _request;
    private readonly LoadedSae[] _saes;
    private readonly LoadedSae? _trigger;

    public DecodeVariant(Transformer model, int[] prompt, BenchRequest request, Backend backend)
    {
        (_model, _prompt, _request) = (model, prompt, request);
        _saes = request.ReadBack == 0 ? [] : [.. Enumerable.Range(0, model.Spec.Layers).Select(layer => Reader(layer, request.ReadBack, backend))];
        _trigger = request.When == 0 ? null : Reader(model.Spec.Layers / 2, request.When, backend);
    }

    /// <summary>Whether nothing but one text is written.</summary>
    public bool IsPlain => !_request.Steer && _request.When == 0 && _request.ReadBack == 0 && _request.Streams == 1;

    public Measurement Measure(CancellationToken cancel)
    {
        var (plain, seconds) = (new List<double>(), new List<double>());
        var allocated = 0L;
        for (var turn = -1; turn < Turns; turn++)
        {
            var alone = Seconds([Job(null)], cancel);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var varied = Varied(cancel);
            if (turn < 0) continue; // to warm up
            allocated += GC.GetTotalAllocatedBytes(precise: true) - before;
            plain.Add(alone);
            seconds.Add(varied);
        }
        return new() { Seconds = seconds, Tokens = 1, AllocatedBytes = allocated / (double)(Turns * Tokens), PlainSeconds = plain.Order().ElementAt(Turns / 2) };
    }

    /// <summary>Seconds a token, of all texts together.</summary>
    private double Varied(CancellationToken cancel)
    {
        if (_request.Streams == 1) return Written(cancel);
        var jobs = Enumerable.Range(0, _request.Streams).Select(_ => Job(Hooks())).ToArray();
        return Seconds(jobs, cancel);
    }

    /// <summary>One text with whatever looks at it; what still waits at its end counts too.</summary>
    private double Written(CancellationToken cancel)
    {
        using var reading = new ReadBack(_model, _saes);
        var hooks = reading.AddTo(Hooks());
        return Seconds([Job(hooks)], cancel, reading.Flush);
    }

    private HookSet Hooks()
    {
        var hooks = new HookSet();
        if (!_request.Steer && _request.When == 0) return hooks;
        var hook = $"blocks.{_model.Spec.Layers / 2}.hook_resid_post";
        Edit edit = VectorEdit.Add(hook, ModelPositions.All, RandomTensors.Uniform(7, _model.Spec.DModel), 0.1);
        if (_trigger is not null)
        {
            var watch = new ConditionWatch(new(_trigger, 0, 0, ConditionReach.Token), new(hook));
            watch.AddTo(hooks);
            edit = new ConditionalEdit(edit, watch);
        }
        return new EditPlan([edit], _prompt.Length).AddTo(hooks);
    }

    private GenerationJob Job(HookSet? hooks) => new(_prompt, new SamplingOptions { MaxTokens = Tokens + 1, IgnoreEos = true }) { Hooks = hooks };

    /// <summary>Seconds a token from the first token on, which the prompt's own run gives.</summary>
    private double Seconds(GenerationJob[] jobs, CancellationToken cancel, Action? atEnd = null)
    {
        var first = 0L;
        jobs[^1] = jobs[^1] with { OnToken = _ => first = first == 0 ? Stopwatch.GetTimestamp() : first };
        Generator.Generate(_model, jobs, jobs.Length, cancel);
        atEnd?.Invoke();
        return Stopwatch.GetElapsedTime(first).TotalSeconds / Tokens / jobs.Length;
    }

    private LoadedSae Reader(int layer, int latents, Backend backend)
    {
        var config = new SaeConfig { Architecture = "topk", DIn = _model.Spec.DModel, DSae = latents, K = Math.Clamp(_request.K, 1, latents), HookName = $"blocks.{layer}.hook_resid_post" };
        return new($"layer {layer}", "", SaeCatalog.Create(config, SaeWeights.Random(layer + 1), backend));
    }
}
