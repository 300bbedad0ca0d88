using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends;
using SaeSharp.Saes.Training.Optimisers;
using SaeSharp.Saes.Training.Options;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>What a training step is made for.</summary>
internal sealed record StepSetting(SaeConfig Config, TrainingOptions Options, Backend Backend, Optimiser Optimiser, DType Type, int BatchSize)
{
    public int DIn => Config.DIn;

    public int DSae => Config.DSae;

    /// <summary>Width of what is reconstructed.</summary>
    public int DOut => Config.DOut ?? Config.DIn;

    /// <summary>[batch, columns] of zeros.</summary>
    public Tensor BatchOf(int columns) => Tensor.Zeros(Type, BatchSize, columns);
}
