using System.Numerics;

namespace SaeSharp.Saes.Training.Steps;

/// <summary>How element-wise work on [rows, dSae] is cut into parts: by rows where each row has a sum, by latents where each latent has one.</summary>
internal static class LatentJobs
{
    private const int RowsEach = 8, LatentsEach = 256;

    public static int RowParts(int rows) => (rows + RowsEach - 1) / RowsEach;

    public static int LatentParts(int latents) => (latents + LatentsEach - 1) / LatentsEach;

    /// <summary>First row of a part, and the one after its last.</summary>
    public static (int First, int End) Rows(int part, int rows) => (part * RowsEach, Math.Min(rows, (part + 1) * RowsEach));

    /// <summary>First latent of a part, and how many it has.</summary>
    public static (int First, int Width) Latents(int part, int latents) => (part * LatentsEach, Math.Min(LatentsEach, latents - part * LatentsEach));

    public static int CountPositive<T>(ReadOnlySpan<T> f) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (i, count) = (0, Vector<T>.Zero);
        for (; i <= f.Length - Vector<T>.Count; i += Vector<T>.Count)
            count += Vector.ConditionalSelect(Vector.GreaterThan(new Vector<T>(f[i..]), Vector<T>.Zero), Vector<T>.One, Vector<T>.Zero);
        var total = int.CreateTruncating(Vector.Sum(count));
        for (; i < f.Length; i++)
            if (f[i] > T.Zero) total++;
        return total;
    }
}
