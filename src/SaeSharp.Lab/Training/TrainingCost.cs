using System.Globalization;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics.Roofs;

namespace SaeSharp.Lab.Training;

/// <summary>What a training will take, told before it begins; what the machine cannot hold is refused.</summary>
/// <remarks>
/// Memory: the model's weights, the shuffle buffer, the activations kept for several hooks, and of each SAE its weights four times (value, gradient, two moments), the packed
/// encoder, and the batch. Time: multiplications of harvest and steps at shares of this machine's roof, which is measured on the spot. The shares, and how far forecasts
/// were off, stand in docs/performance.md.
/// </remarks>
/// <param name="Seconds">Wall-clock time.</param>
/// <param name="Bytes">Memory.</param>
internal sealed record TrainingCost(double Seconds, double Bytes)
{
    private const double HarvestShare = 0.55, SparseShare = 0.45, DenseShare = 0.45, GiB = 1 << 30;
    private const int CopiesOfWeights = 4;

    /// <summary>Memory this process may use: of the machine, or of its container where that is less.</summary>
    public static long MemoryAtHand => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    public string Text => string.Create(CultureInfo.InvariantCulture, $"about {Duration} and {Bytes / GiB:N1} GiB of {MemoryAtHand / GiB:N1} GiB");

    private string Duration => Seconds < 90 ? string.Create(CultureInfo.InvariantCulture, $"{Seconds:N0} s") : string.Create(CultureInfo.InvariantCulture, $"{TimeSpan.FromSeconds(Seconds):h\\:mm\\:ss} h");

    /// <param name="plan">The SAEs.</param>
    /// <param name="model">The model.</param>
    /// <param name="batch">Tokens a step.</param>
    /// <param name="bufferBytes">Memory of shuffled and kept activations.</param>
    /// <param name="harvestTokens">Tokens the model will run over.</param>
    /// <param name="threads">Compute threads.</param>
    public static TrainingCost Of(TrainingPlan plan, LanguageModel model, int batch, double bufferBytes, double harvestTokens, int threads)
    {
        var (bytes, flops) = ((double)model.Transformer.WeightBytes + bufferBytes, 2.0 * model.Transformer.ParameterCount * harvestTokens / HarvestShare);
        foreach (var sae in plan.Saes)
        {
            var width = (sae.Config.DIn + (sae.Config.DOut ?? sae.Config.DIn)) / 2.0;
            var matrix = width * sae.Config.DSae;
            var isSparse = sae.Config.K > 0;
            bytes += sizeof(float) * ((2 * CopiesOfWeights + 1) * matrix + (double)batch * (isSparse ? 3 * width + 6 * sae.Config.K : 3 * width) + (isSparse ? 0 : 1024.0 * sae.Config.DSae));
            flops += (isSparse ? 2 * matrix / SparseShare : 12 * matrix / DenseShare) * sae.Options.Steps * batch;
        }
        return new(flops / MachineRoofs.MultiplyAddFlops(threads, runs: 2), bytes);
    }

    /// <summary>Throws where the machine has not the memory.</summary>
    public void Require()
    {
        if (Bytes > MemoryAtHand) throw LabException.TooLarge("This training", Bytes, MemoryAtHand, "Train fewer or narrower SAEs at once, or give less to --buffer-mib and --cache-mib.");
    }
}
