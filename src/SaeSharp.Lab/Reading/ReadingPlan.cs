using System.Globalization;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics.Roofs;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Reading;

/// <summary>What reading a prompt through SAEs will take, told before it begins.</summary>
/// <remarks>
/// Memory: the model's weights, the SAEs' weights, and their encoders once more, rearranged. Time: bringing those into memory, for what no earlier request has
/// brought there, and the multiplications. The two rates are shares of this machine's roofs, which are measured on the spot; what they are shares of, and how far
/// the forecast was off, stands in docs/performance.md.
/// </remarks>
internal sealed record ReadingPlan(int Tokens, int Saes, double Seconds, double Bytes)
{
    private const double LoadShare = 0.08, MultiplyShare = 0.5, LongSeconds = 2, LongBytes = 1 << 30, GiB = 1 << 30;
    private const long BandwidthBuffer = 64 << 20;

    /// <summary>Whether it is worth telling.</summary>
    public bool IsLong => Seconds > LongSeconds || Bytes > LongBytes;

    public string Text => IsLong
        ? string.Create(CultureInfo.InvariantCulture, $"reading {Tokens:N0} tokens through {Saes} SAEs, about {Seconds:N0} s and {Bytes / GiB:N1} GiB")
        : "reading";

    public static ReadingPlan Of(LanguageModel model, IReadOnlyList<Place> saes, int tokens, int threads)
    {
        var net = model.Transformer;
        var (read, kept, multiplications) = ((double)net.WeightBytes * (net.Spec.Layers - net.PackedLayers) / net.Spec.Layers, (double)net.WeightBytes, (double)net.ParameterCount);
        foreach (var place in saes)
        {
            var config = SaeFolder.Describe(place.Folder, place.Origin);
            var matrix = (double)config.DIn * config.DSae;
            read += 3 * matrix * sizeof(float);
            kept += 3 * matrix * sizeof(float);
            multiplications += 3 * matrix; // encoded for the codes and for the reconstruction, and decoded
        }
        var flops = 2 * multiplications * tokens;
        if (kept < LongBytes && flops < 1e10) return new(tokens, saes.Count, 0, kept);
        var (bandwidth, peak) = (MachineRoofs.ReadBytesPerSecond(threads, BandwidthBuffer, runs: 2), MachineRoofs.MultiplyAddFlops(threads, runs: 2));
        return new(tokens, saes.Count, read / (LoadShare * bandwidth) + flops / (MultiplyShare * peak), kept);
    }
}
