using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance.Cases;

internal static class TokenCases
{
    public static OpCase[] All =>
    [
        new(nameof(Backend.Embed), Embed),
        new(nameof(Backend.EmbedBackward), EmbedBackward),
        new(nameof(Backend.CrossEntropy), CrossEntropy),
        new(nameof(Backend.CrossEntropyBackward), CrossEntropyBackward),
        new(nameof(Backend.CrossEntropyWithGradient), CrossEntropyWithGradient),
    ];

    private static Problem Embed(Draw draw)
    {
        var (rows, vocabulary, width) = (draw.Size(), draw.PositiveSize(), draw.Size());
        var ids = draw.Integers(rows, 0, vocabulary);
        var table = draw.Normals(draw.WeightType(), vocabulary, width);
        if (table.Count > 0) table.Write(draw.Below((int)table.Count), draw.OneOf(double.NaN, double.PositiveInfinity, -0.0, 1e-7));
        return Problem.ByRows(rows, Tolerance.Exact, (backend, outputs, first, count) => backend.Embed(ids.AsSpan(first, count), table, outputs.New(draw.Type, count, width)));
    }

    private static Problem EmbedBackward(Draw draw)
    {
        var (rows, vocabulary, width) = (draw.Size(), draw.PositiveSize(), draw.Size());
        var ids = draw.Integers(rows, 0, vocabulary);
        var dy = draw.Normals(rows, width);
        var start = draw.Normals(vocabulary, width);
        return Problem.Whole(Tolerance.Sum(rows), (backend, outputs) => backend.EmbedBackward(ids, dy, outputs.Copy(start)));
    }

    private static Problem CrossEntropy(Draw draw)
    {
        var (rows, vocabulary) = (draw.Size(), draw.PositiveSize());
        var (logits, targets) = (Logits(draw, rows, vocabulary), draw.Integers(rows, -1, vocabulary));
        // A loss is a difference of numbers as large as the logits.
        return Problem.ByRows(rows, new(16, 100), (backend, outputs, first, count) =>
            backend.CrossEntropy(logits.Rows(first, count), targets.AsSpan(first, count), outputs.New(draw.Type, count)));
    }

    private static Problem CrossEntropyBackward(Draw draw)
    {
        var (rows, vocabulary, inPlace) = (draw.Size(), draw.PositiveSize(), draw.Coin());
        var (logits, targets) = (Logits(draw, rows, vocabulary), draw.Integers(rows, -1, vocabulary));
        var dLosses = draw.Normals(rows);
        return Problem.ByRows(rows, Tolerance.Function, (backend, outputs, first, count) =>
        {
            var (from, to) = outputs.Maybe(inPlace, logits.Rows(first, count));
            backend.CrossEntropyBackward(from, targets.AsSpan(first, count), dLosses.Rows(first, count), to);
        });
    }

    private static Problem CrossEntropyWithGradient(Draw draw)
    {
        var (rows, vocabulary, inPlace) = (draw.Size(), draw.PositiveSize(), draw.Coin());
        var (logits, targets) = (Logits(draw, rows, vocabulary), draw.Integers(rows, -1, vocabulary));
        var dLosses = draw.Normals(rows);
        return Problem.ByRows(rows, new(64, 100), (backend, outputs, first, count) =>
        {
            var (from, to) = outputs.Maybe(inPlace, logits.Rows(first, count));
            backend.CrossEntropyWithGradient(from, targets.AsSpan(first, count), dLosses.Rows(first, count), outputs.New(draw.Type, count), to);
        });
    }

    /// <summary>Logits, some rows shifted far up, some with a token ruled out.</summary>
    private static Tensor Logits(Draw draw, int rows, int vocabulary)
    {
        var logits = draw.Normals(rows, vocabulary);
        for (var row = 0; row < rows; row++)
        {
            var shift = draw.OneOf(0, 0, 90.0, -90);
            for (var i = 0; i < vocabulary; i++) logits.Write((long)row * vocabulary + i, shift + 3 * logits.Read((long)row * vocabulary + i));
            if (vocabulary > 1 && draw.Coin()) logits.Write((long)row * vocabulary + draw.Below(vocabulary), double.NegativeInfinity);
        }
        return logits;
    }
}
