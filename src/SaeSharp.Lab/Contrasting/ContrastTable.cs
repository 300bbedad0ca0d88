using System.Globalization;
using System.Text;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Contrasting;

/// <summary>Every tested feature as a line of a .csv.</summary>
internal static class ContrastTable
{
    private const string Columns = "sae,hook,feature,firings,auroc,auroc_error,auroc_choosing,auroc_held_out,rate_a,rate_b,mean_a,mean_b,difference,max,effect,deviation,p,q,p_max";

    public static void Write(string path, IReadOnlyList<PooledLayer> layers, IReadOnlyList<FeatureScore> scores) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(Columns);
        foreach (var score in scores)
        {
            var sae = layers[score.Layer].Sae;
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Quoted(sae.Name)},{Quoted(sae.Hook)},{score.Feature},{score.Firings},{score.All.Auroc:R},{score.All.Error:R},{score.Choosing.Auroc:R},{score.Held.Auroc:R},{score.RateA:R},{score.RateB:R},{score.MeanA:R},{score.MeanB:R},{score.Difference:R},{score.Max:R},{score.Difference / score.Max:R},{score.Deviation:R},{score.P:R},{score.Q:R},{score.PMax:R}"));
        }
    });

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
