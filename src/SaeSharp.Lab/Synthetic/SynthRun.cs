using System.Diagnostics;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes;
using SaeSharp.Saes.Synthetic;
using SaeSharp.Saes.Synthetic.Scores;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Synthetic;

/// <summary>Trains one SAE on a synthetic world and scores it on the way. Worlds are made once and kept in <c>worlds/</c>.</summary>
internal sealed class SynthRun(SynthRequest request, Backend backend, string home)
{
    private const int EvalBatch = 2048;
    private static readonly (string Name, SyntheticSpec Spec)[] Sizes = [("16k", SyntheticSpec.Bench16k), ("small", SyntheticSpec.Small)];

    public SynthResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var recipe = SynthRecipe.Get(request.Recipe);
        var (options, batch) = (recipe.OptionsOf(request), recipe.BatchOf(request));
        _ = OptionException.Positive(request.EvalSamples, "--eval-samples");
        var points = PointsAt(options.Steps);
        var (world, name) = World(progress, cancel);
        var config = recipe.ConfigOf(request, world.DIn, world.Features);
        var trainer = new SaeTrainer(config, options, new SyntheticSource(world, batch, backend, Stream(0)), backend);

        var (curve, training, meter) = (new List<SynthPoint>(), Stopwatch.StartNew(), new ProgressMeter(progress, $"training {recipe.Name}", options.Steps * (long)batch, "samples"));
        var sae = trainer.Run(null, step =>
        {
            meter.Report(step.Tokens, () => new Dictionary<string, double> { ["explained"] = step.ExplainedVariance, ["l0"] = step.L0, ["dead"] = step.Dead });
            if (!points.Contains(step.Step + 1)) return;
            training.Stop();
            curve.Add(SynthPoint.Of(step.Tokens, training.Elapsed.TotalSeconds, Score(trainer.Snapshot(), world, progress, cancel)));
            training.Start();
        }, cancel);
        training.Stop();
        return new(
            recipe.Name, name, world.Features, world.DIn, config.DSae, request.K, curve, options.Steps * (long)batch / training.Elapsed.TotalSeconds, clock.Elapsed.TotalSeconds,
            request.World is null && request.Size == Sizes[0].Name ? PublishedScore.Near(request.K) : [], Save(sae));
    }

    /// <summary>Samples of training and of scoring never meet, nor do those of different seeds.</summary>
    private int Stream(int use) => checked(2 * request.Seed + use);

    private HashSet<int> PointsAt(int steps) => [.. Enumerable.Range(0, OptionException.InRange(request.Points, 1, 30, "--points")).Select(i => Math.Max(1, steps >> i))];

    private (SyntheticWorld World, string Name) World(IProgress<Progress>? progress, CancellationToken cancel)
    {
        if (request.World is { } folder) return (SyntheticWorldFolder.Load(folder), folder);
        var (name, spec) = Sizes.FirstOrDefault(size => size.Name == request.Size);
        if (spec is null) throw OptionException.Invalid($"--size is '{request.Size}', expected {string.Join(" or ", Sizes.Select(size => size.Name))}.", "Leave it out for the benchmark.");
        var kept = Path.Combine(home, "worlds", $"synth-{name}");
        if (SyntheticWorldFolder.Exists(kept)) return (SyntheticWorldFolder.Load(kept), name);
        var meter = new ProgressMeter(progress, "making the world", spec.OrthogonalSteps, "steps");
        var world = SyntheticWorld.Create(spec, backend, step => meter.Report(step), cancel);
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        SyntheticWorldFolder.Save(world, spec, kept);
        return (world, name);
    }

    private SyntheticScores Score(SparseAutoencoder sae, SyntheticWorld world, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var (source, evaluation) = (new SyntheticSource(world, EvalBatch, backend, Stream(1)), new SyntheticEvaluation(sae, world.Directions, backend));
        var meter = new ProgressMeter(progress, "scoring", request.EvalSamples, "samples");
        var x = Tensor.Zeros(DType.F32, EvalBatch, world.DIn);
        for (var batch = 0L; batch * EvalBatch < request.EvalSamples; batch++)
        {
            var features = source.FillWithFeatures(batch, x, cancel);
            evaluation.Add(x, features);
            meter.Report(Math.Min(request.EvalSamples, (batch + 1) * EvalBatch));
        }
        x.Free();
        return evaluation.Scores;
    }

    private string? Save(SparseAutoencoder sae)
    {
        if (request.Out is null) return null;
        SaeFolder.Save(sae, request.Out);
        return new LoadedSae(request.Out, request.Out, sae).WeightsSha256;
    }
}
