using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Benchmarks;

/// <summary>Measures one kernel against the roofs of this machine.</summary>
internal static class Measurement
{
    public static BenchResult Run(BenchRequest request, Shelves shelves, IProgress<Progress>? progress, CancellationToken cancel) =>
        throw OptionException.Invalid($"'{request.Subject}' is not measured yet.", "sae bench quality is.");
}
