using SaeSharp.Numerics;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Tests.Harvesting;

internal static class ReadRows
{
    /// <summary>Rows of an epoch of a stream as f32, one array each.</summary>
    public static List<float[]> Of(ActivationStream stream, int epoch, long start, long count)
    {
        var rows = new List<float[]>();
        stream.Read(epoch, start, count, piece =>
        {
            var wide = piece.To(DType.F32);
            for (var i = 0; i < wide.RowCount; i++) rows.Add(wide.Row<float>(i).ToArray());
        }, default);
        Assert.Equal(count, rows.Count);
        return rows;
    }

    /// <summary>All of an epoch.</summary>
    public static List<float[]> Of(ActivationStream stream, int epoch = 0) => Of(stream, epoch, 0, stream.TokensPerEpoch);
}
