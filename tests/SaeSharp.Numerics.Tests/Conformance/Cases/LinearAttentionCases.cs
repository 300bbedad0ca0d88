using SaeSharp.Numerics.Backends;

namespace SaeSharp.Numerics.Tests.Conformance.Cases;

internal static class LinearAttentionCases
{
    public static OpCase[] All =>
    [
        new(nameof(Backend.CausalConvolution), CausalConvolution),
        new(nameof(Backend.DeltaRule), DeltaRule),
    ];

    private static Problem CausalConvolution(Draw draw)
    {
        var (sequences, rows) = Sequences(draw);
        var (kernel, heads, first, last) = (1 + draw.Below(6), draw.PositiveSize(), draw.Size(), draw.Size());
        var channels = 2 * heads + first + last;
        var (x, weight) = (draw.Normals(rows, channels), draw.Normals(kernel, channels));
        var states = draw.Coin() ? null : sequences.Select(_ => draw.Normals(kernel, channels)).ToArray();
        return Problem.Whole(Tolerance.Sum(kernel), (backend, outputs) =>
        {
            Tensor[] parts = [Blank(outputs, draw, rows, first), Blank(outputs, draw, rows, heads, 2), Blank(outputs, draw, rows, last)];
            backend.CausalConvolution(x, weight, sequences, states?.Select(outputs.Copy).ToArray(), parts);
        });
    }

    /// <summary>Keys of length about 1 and learning rates up to 1: what keeps the rule from growing without end.</summary>
    private static Problem DeltaRule(Draw draw)
    {
        var (sequences, rows) = Sequences(draw);
        var (keyHeads, group, dKey, dValue) = (1 + draw.Below(3), 1 + draw.Below(3), draw.PositiveSize(), draw.Size());
        var heads = keyHeads * group;
        Tensor Unit() => draw.Fill(draw.Type, [rows, keyHeads, dKey], () => draw.Normal() / Math.Sqrt(dKey));
        var (q, k, v) = (Unit(), Unit(), draw.Normals(rows, heads, dValue));
        var g = draw.Fill(draw.Type, [rows, heads], () => -Math.Abs(draw.Normal()));
        var beta = draw.Fill(draw.Type, [rows, heads], () => 1 / (1 + Math.Exp(-draw.Normal())));
        var states = draw.Coin() ? null : sequences.Select(_ => draw.Normals(heads, dKey, dValue)).ToArray();
        return Problem.Whole(Tolerance.Attention(dKey), (backend, outputs) =>
            backend.DeltaRule(q, k, v, g, beta, sequences, states?.Select(outputs.Copy).ToArray(), Blank(outputs, draw, rows, heads, dValue)));
    }

    /// <summary>Rows of no sequence are not written: they must be equal from the start.</summary>
    private static Tensor Blank(Outputs outputs, Draw draw, params ReadOnlySpan<int> shape) => outputs.Copy(Tensor.Zeros(draw.Type, shape));

    private static (SequenceSpan[] Sequences, int Rows) Sequences(Draw draw)
    {
        var (sequences, rows) = (new List<SequenceSpan>(), draw.Below(3));
        for (var i = draw.Below(4); i >= 0; i--)
        {
            sequences.Add(new(rows, draw.Size() / 2));
            rows += sequences[^1].Count + draw.Below(2) * draw.Below(3);
        }
        return ([.. sequences], rows);
    }
}
