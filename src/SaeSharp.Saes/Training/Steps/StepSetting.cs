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

    /// <summary>Width of a row of a batch: what is read and, beside it, what is reconstructed where that is something else.</summary>
    public int RowWidth => Config.IsTranscoder ? checked(DIn + DOut) : DIn;

    /// <summary>Hooks that are read, their activations one after another and all of one width.</summary>
    public int InputParts { get; } = Math.Max(1, Config.Hooks.Count);

    /// <summary>Hooks that are reconstructed, likewise.</summary>
    public int OutputParts { get; } = Math.Max(1, Config.HooksOut.Count);

    /// <summary>Parts of a decoder row whose lengths add up to what it counts; kept, since the configuration finds it by splitting names.</summary>
    public int NormParts { get; } = Config.NormParts;

    /// <summary>Where the weights of a cross-layer transcoder may differ from 0; null for others.</summary>
    public LayerSupport? Layers { get; } = LayerSupport.Of(Config);

    /// <summary>The widths of the hooks that a row of a batch holds.</summary>
    public int[] Parts => [.. Enumerable.Repeat(DIn / InputParts, InputParts), .. Enumerable.Repeat(DOut / OutputParts, Config.IsTranscoder ? OutputParts : 0)];

    /// <summary>[batch, columns] of zeros.</summary>
    public Tensor BatchOf(int columns) => Tensor.Zeros(Type, BatchSize, columns);
}
