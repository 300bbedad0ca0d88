using System.Diagnostics;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>Steps of the trainer itself on made-up activations: sparse sums of planted directions.</summary>
internal sealed class SaeStepBenchmark : Benchmark
{
    private const int Repetitions = 15;

    public override Measurement Measure(BenchRequest request, Backend backend, CancellationToken cancel)
    {
        if (request is { Saes: > 1, Dead: > 0 }) throw OptionException.Invalid("--saes and --dead are two measurements.", "Ask for one of them.");
        var source = new PlantedSource(request.DIn, Batch(request));
        return request.Saes > 1 ? MeasureGroup(request, backend, source, cancel) : MeasureOne(request, backend, source, cancel);
    }

    /// <summary>One SAE; with dead latents in turn with one that has none.</summary>
    private static Measurement MeasureOne(BenchRequest request, Backend backend, PlantedSource source, CancellationToken cancel)
    {
        var (trainer, plain) = (Trainer(request, backend, source), request.Dead > 0 ? Trainer(request, backend, source) : null);
        var dead = (int)(OptionException.InRange(request.Dead, 0, 1, "--dead") * request.DSae);
        var (seconds, plainSeconds) = (new List<double>(Repetitions), new List<double>(Repetitions));
        var (before, l0) = (0L, 0.0);
        for (var t = 0; t < request.WarmUp + Repetitions; t++)
        {
            if (t == request.WarmUp) before = GC.GetTotalAllocatedBytes(precise: true);
            var start = Stopwatch.GetTimestamp();
            plain?.Advance(cancel);
            var middle = Stopwatch.GetTimestamp();
            trainer.PresumeDead(dead);
            l0 = trainer.Advance(cancel).L0;
            if (t < request.WarmUp) continue;
            seconds.Add(Stopwatch.GetElapsedTime(middle).TotalSeconds);
            plainSeconds.Add(Stopwatch.GetElapsedTime(start, middle).TotalSeconds);
        }
        var allocated = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Repetitions;
        return new() { Seconds = seconds, PlainSeconds = plain is null ? null : Median(plainSeconds), Tokens = Batch(request), AllocatedBytes = allocated, PeakRssMiB = SelfProcess.PeakRssMiB(), L0 = l0 };
    }

    /// <summary>A step of each of several SAEs on one stream, in turn with a step of one that trains alone; plain is so many of those and the stream once.</summary>
    private static Measurement MeasureGroup(BenchRequest request, Backend backend, PlantedSource source, CancellationToken cancel)
    {
        var group = new TrainingGroup([.. Enumerable.Range(0, request.Saes).Select(seed => new GroupMember(Trainer(request, backend, source, seed)))]);
        var single = Trainer(request, backend, source);
        var (seconds, plainSeconds, l0) = (new List<double>(Repetitions), new List<double>(Repetitions), 0.0);
        for (var t = 0; t < request.WarmUp + Repetitions; t++)
        {
            var start = Stopwatch.GetTimestamp();
            group.Advance(cancel);
            var together = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (t > 0) single.Advance(cancel); // its weights are in the cache then, as they are of one that trains alone
            start = Stopwatch.GetTimestamp();
            l0 = single.Advance(cancel).L0;
            var (alone, stream) = (Stopwatch.GetElapsedTime(start).TotalSeconds, source.FillSeconds);
            if (t < request.WarmUp) continue;
            seconds.Add(together);
            plainSeconds.Add(request.Saes * (alone - stream) + stream);
        }
        return new() { Seconds = seconds, PlainSeconds = Median(plainSeconds), Tokens = (double)request.Saes * Batch(request), L0 = l0 };
    }

    public override BenchResult Describe(Measurement measured, BenchResult result) => result with { L0 = measured.L0, PlainTokensPerSecond = measured.Tokens / measured.PlainSeconds };

    /// <summary>The encoder's product alone, at the FMA peak, is the least a TopK step can take.</summary>
    public override double RoofShare(BenchRequest request, double seconds, BenchResult roofs) =>
        (double)request.Saes * Batch(request) / seconds / (roofs.FmaPeakGflops!.Value * 1e9 / (2.0 * request.DIn * request.DSae));

    private static int Batch(BenchRequest request) => request.Batch ?? 4096;

    private static SaeTrainer Trainer(BenchRequest request, Backend backend, PlantedSource source, int seed = 0)
    {
        var options = new TrainingOptions
        {
            Steps = 2 * (OptionException.NotNegative(request.WarmUp, "--warm-up") + Repetitions), Input = new() { Normalisation = InputNormalisation.None }, Seed = seed,
            Rate = new() { Peak = OptionException.Positive(request.Lr, "--lr") }, Penalty = new() { TargetL0 = SaeTrainer.CountsLatents(request.Arch) ? null : request.L0 },
        };
        var pursuit = SaeTrainer.Pursues(request.Arch) ? new PursuitOptions(MaxIterations: request.K) : null;
        return new(new() { Architecture = request.Arch, DIn = request.DIn, DSae = request.DSae, K = request.K, RescaleActsByDecoderNorm = pursuit is null, Pursuit = pursuit }, options, source, backend);
    }

    private static double Median(List<double> seconds) => seconds.Order().ElementAt(seconds.Count / 2);

    /// <summary>Four fixed batches in turn; each activation is a sum of 16 of 512 directions.</summary>
    private sealed class PlantedSource : ActivationSource
    {
        private const int Batches = 4, Directions = 512, Active = 16;
        private readonly Tensor[] _batches;

        public PlantedSource(int dIn, int batch)
        {
            (DIn, BatchSize) = (dIn, batch);
            var directions = RandomTensors.Uniform(3, Directions, dIn);   // [directions, dIn]
            var random = new Random(4);
            _batches = new Tensor[Batches];
            for (var b = 0; b < Batches; b++)
            {
                _batches[b] = Tensor.Zeros(DType.F32, batch, dIn);        // [batch, dIn]
                for (var row = 0; row < batch; row++)
                {
                    var x = _batches[b].Row<float>(row);
                    for (var i = 0; i < Active; i++)
                    {
                        var direction = directions.Row<float>(random.Next(Directions));
                        var size = random.NextSingle();
                        for (var j = 0; j < dIn; j++) x[j] += size * direction[j];
                    }
                }
            }
        }

        /// <summary>Seconds of the last batch.</summary>
        public double FillSeconds { get; private set; }

        public override int DIn { get; }
        public override int BatchSize { get; }
        public override long TokensPerEpoch => (long)Batches * BatchSize;
        public override void Fill(long batch, Tensor x, CancellationToken cancel)
        {
            var start = Stopwatch.GetTimestamp();
            _batches[batch % Batches].CopyTo(x);
            FillSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        public override double MeanNorm(long? tokens, CancellationToken cancel) => 1;
        public override double MeanSquaredNorm(long? tokens, CancellationToken cancel) => 1;
    }
}
