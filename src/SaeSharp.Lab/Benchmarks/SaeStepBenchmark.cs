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
    private const int WarmUps = 8, Repetitions = 15; // the warm-up holds the trials of screening

    public override Measurement Measure(BenchRequest request, Backend backend, CancellationToken cancel)
    {
        var options = new TrainingOptions { Steps = WarmUps + Repetitions, Input = new() { Normalisation = InputNormalisation.None }, Dead = new() { AuxCoefficient = 0 } };
        var config = new SaeConfig { Architecture = request.Arch, DIn = request.DIn, DSae = request.DSae, K = request.K, RescaleActsByDecoderNorm = true };
        var trainer = new SaeTrainer(config, options, new PlantedSource(request.DIn, Batch(request)), backend);
        var seconds = new List<double>(Repetitions);
        var last = Stopwatch.GetTimestamp();
        var (before, after, memory) = (0L, 0L, 0.0);
        trainer.Run(null, report =>
        {
            var now = Stopwatch.GetTimestamp();
            if (report.Step == WarmUps - 1) before = GC.GetTotalAllocatedBytes(precise: true);
            if (report.Step >= WarmUps) seconds.Add(Stopwatch.GetElapsedTime(last, now).TotalSeconds);
            if (report.Step == options.Steps - 1) (after, memory) = (GC.GetTotalAllocatedBytes(precise: true), SelfProcess.PeakRssMiB()); // before the trainer copies its weights into an SAE
            last = Stopwatch.GetTimestamp();
        }, cancel);
        return new() { Seconds = seconds, Tokens = Batch(request), AllocatedBytes = (after - before) / (double)Repetitions, PeakRssMiB = memory };
    }

    /// <summary>The encoder's product alone, at the FMA peak, is the least a TopK step can take.</summary>
    public override double RoofShare(BenchRequest request, double seconds, BenchResult roofs) =>
        Batch(request) / seconds / (roofs.FmaPeakGflops!.Value * 1e9 / (2.0 * request.DIn * request.DSae));

    private static int Batch(BenchRequest request) => request.Batch ?? 4096;

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

        public override int DIn { get; }
        public override int BatchSize { get; }
        public override long TokensPerEpoch => (long)Batches * BatchSize;
        public override void Fill(long batch, Tensor x, CancellationToken cancel) => _batches[batch % Batches].CopyTo(x);
        public override double MeanNorm(long? tokens, CancellationToken cancel) => 1;
        public override double MeanSquaredNorm(long? tokens, CancellationToken cancel) => 1;
    }
}
