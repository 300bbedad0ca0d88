using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Makes the 8-bit form of an encoder [n, k], a panel a part.</summary>
internal unsafe struct QuantiseWeightsJob : IJob
{
    private const int Width = ScreenedWeights.PanelWidth;

    public ScreenedWeights To;
    public float* From;
    public int N, K;

    /// <summary>One byte a panel: whether it holds a number that is not finite or too large.</summary>
    public byte* IsBad;

    public readonly void Run(int part)
    {
        var panel = (byte*)To.Panels + (long)part * To.Groups * 4 * Width;
        IsBad[part] = 0;
        for (var lane = 0; lane < Width; lane++)
        {
            var f = part * Width + lane;
            if (f >= N)
            {
                for (var g = 0; g < To.Groups; g++) ((int*)panel)[g * Width + lane] = 0;
                (To.Steps[f], To.Errors[f], To.Norms[f], To.FullNorms[f], To.Sums[f]) = (0, 0, 0, 0, 0);
                continue;
            }
            var row = Quantiser.Run(From + (long)f * K, K, 127, 0, panel + 4 * lane, 4 * Width);
            if (!row.IsValid) IsBad[part] = 1;
            (To.Steps[f], To.Errors[f], To.Norms[f], To.FullNorms[f], To.Sums[f]) = (row.Step, row.Error, row.Norm, row.FullNorm, row.Sum);
        }
    }
}
