using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes.Training;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Tests.Training;

public class TargetedRuns
{
    /// <summary>λ starts a hundred times too small, or too large for some.</summary>
    public static TheoryData<string, double, double> Starts => new MatrixTheoryData<string, double, double>(["standard", "gated", "jumprelu"], [3, 6], [0.01, 1]);

    [Theory, MemberData(nameof(Starts))]
    public void The_target_L0_is_reached_within_five_percent(string architecture, double target, double coefficient)
    {
        const int Batch = 128, Steps = 3000, Counted = 100;
        var pool = PoolSource.SparseSums(5, 32 * Batch, 16, directions: 32, active: 8);
        var options = new TrainingOptions
        {
            Steps = Steps, Rate = new() { Peak = 2e-3, WarmupSteps = 50, DecaySteps = 300 }, Penalty = new() { Coefficient = coefficient, WarmupSteps = 100, TargetL0 = target },
            JumpRelu = new() { InitialThreshold = 0.1, Bandwidth = 0.2 }, Dead = new() { WindowTokens = 100 * Batch }, Seed = 2,
        };
        var trainer = new SaeTrainer(RandomTensors.Config(architecture, 16, 48), options, new PoolSource(pool, Batch), CpuBackend.Create(1));
        var last = new List<double>();
        trainer.Run(onStep: report =>
        {
            if (report.Step >= Steps - Counted) last.Add(report.L0);
        });
        Assert.InRange(last.Average(), 0.95 * target, 1.05 * target);
    }
}
