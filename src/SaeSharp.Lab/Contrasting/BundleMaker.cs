using System.Text.Json;
using SaeSharp.Lab.Probing;
using SaeSharp.Lab.Steering;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Contrasting;

/// <summary>Makes the features of one SAE that differ most into pushes at their natural differences: those of the wanted set are added, those of the other taken away.</summary>
internal static class BundleMaker
{
    private const double Significant = 0.05;

    private static readonly JsonSerializerOptions Short = new(LabJson.Options) { WriteIndented = true, DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The bundle of one layer's features; of those with q below 0.05, where there are any.</summary>
    /// <param name="request">How many, which way, how far.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="scores">Its features.</param>
    /// <param name="startsWithBos">Whether the prompts begin with BOS, which is not pushed.</param>
    public static ContrastBundle Of(ContrastRequest request, PooledLayer layer, IReadOnlyList<FeatureScore> scores, bool startsWithBos)
    {
        var sign = request.Toward == ContrastSide.A ? 1 : -1;
        var sure = scores.Where(score => score.Q < Significant).ToList();
        var positions = request.Pooling == Pooling.Last || request.At?.Trim() == "-1" ? EditPositions.Last : startsWithBos ? EditPositions.StartingAt(1) : EditPositions.All;
        return new(layer.Sae.Name, request.Toward,
        [
            .. (sure.Count > 0 ? sure : scores).OrderByDescending(score => Math.Abs(score.Difference)).ThenBy(score => score.Feature).Take(request.Bundle).Select(score => new EditSpec
            {
                Op = EditOp.Add, Vector = new() { Sae = layer.Sae.Name, Feature = score.Feature }, Coefficient = sign * request.BundleScale * score.Difference, Positions = positions,
            }),
        ]);
    }

    /// <summary>Writes it as a file that --edits reads.</summary>
    public static void Write(string path, ContrastBundle bundle) => AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(bundle.Edits, Short));
}
