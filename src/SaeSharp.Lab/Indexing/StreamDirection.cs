namespace SaeSharp.Lab.Indexing;

/// <summary>Directions of the residual stream in double precision, as an SAE reads it.</summary>
internal static class StreamDirection
{
    /// <summary>The direction, without its mean where the stream is read so.</summary>
    public static double[] Of(ReadOnlySpan<float> direction, bool centred)
    {
        var row = new double[direction.Length];
        var mean = 0.0;
        for (var i = 0; i < row.Length; i++) mean += row[i] = direction[i];
        mean = centred ? mean / row.Length : 0;
        for (var i = 0; i < row.Length; i++) row[i] -= mean;
        return row;
    }
}
