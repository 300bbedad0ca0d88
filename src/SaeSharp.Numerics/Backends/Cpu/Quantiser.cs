using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Rounds a vector to multiples of a step and measures what that leaves out. Norms are bounds: rounded up by more than their sums can have lost.</summary>
internal readonly unsafe ref struct Quantiser
{
    /// <summary>Beyond this a bound could overflow; such numbers are computed in f32 alone.</summary>
    public const float Largest = 1e12f;

    /// <summary>Below this all are rounded to 0: a step would be too small to divide by.</summary>
    private const float Smallest = 1e-30f;

    /// <summary>Size of a step; 0 where all numbers are rounded to 0.</summary>
    public float Step { get; private init; }

    /// <summary>‖v − v̂‖.</summary>
    public float Error { get; private init; }

    /// <summary>‖v̂‖.</summary>
    public float Norm { get; private init; }

    /// <summary>‖v‖.</summary>
    public float FullNorm { get; private init; }

    /// <summary>Σ q.</summary>
    public int Sum { get; private init; }

    /// <summary>Whether the numbers are finite and within range.</summary>
    public bool IsValid { get; private init; }

    /// <summary>
    /// Writes q + <paramref name="offset"/> of each number, q in [−levels, levels], four at a time at <paramref name="to"/>, <paramref name="stride"/> bytes apart; the last four are filled up with 0 + offset.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Quantiser Run(float* v, int n, int levels, int offset, byte* to, nint stride)
    {
        var largest = Vector256<float>.Zero;
        var i = 0;
        for (; i + 8 <= n; i += 8) largest = Vector256.Max(largest, Vector256.Abs(Vector256.Load(v + i))); // NaN stays NaN
        var max = 0f;
        for (var lane = 0; lane < 8; lane++) max = MathF.Max(max, largest[lane]);
        for (; i < n; i++) max = MathF.Max(max, MathF.Abs(v[i]));
        var (step, inverse) = max >= Smallest ? (max / levels, levels / max) : (0, 0);

        var rest = stackalloc float[8];
        Vector256<float> errors = default, norms = default, full = default;
        var sums = Vector256<int>.Zero;
        for (i = 0; i < n; i += 8, to += 2 * stride)
        {
            var p = v + i;
            if (n - i < 8)
            {
                new Span<float>(rest, 8).Clear();
                new ReadOnlySpan<float>(p, n - i).CopyTo(new(rest, 8));
                p = rest;
            }
            var scaled = Vector256.Load(p) * inverse;
            var rounded = Vector256.Round(scaled);
            var error = scaled - rounded;
            errors = Vector256.FusedMultiplyAdd(error, error, errors);
            norms = Vector256.FusedMultiplyAdd(rounded, rounded, norms);
            full = Vector256.FusedMultiplyAdd(scaled, scaled, full);
            var q = Vector256.ConvertToInt32(rounded);
            sums += q;
            var bytes = Vector128.Narrow(Vector128.Narrow((q + Vector256.Create(offset)).GetLower(), (q + Vector256.Create(offset)).GetUpper()), default).AsInt32();
            *(int*)to = bytes[0];
            if (n - i > 4) *(int*)(to + stride) = bytes[1];
        }

        // In units of a step: sums of n squares of at most levels² lose less than n · 2⁻²³ of themselves, and a rounded quotient 2⁻²² · levels a number, which the bound's slack holds.
        var up = 1 + (n + 64) * MathF.ScaleB(1, -22);
        return new()
        {
            IsValid = max <= Largest, Step = step, Sum = Vector256.Sum(sums),
            Error = step == 0 ? MathF.Sqrt(n) * max * up : MathF.Sqrt(Vector256.Sum(errors)) * step * up,
            Norm = MathF.Sqrt(Vector256.Sum(norms)) * step * up,
            FullNorm = step == 0 ? MathF.Sqrt(n) * max * up : MathF.Sqrt(Vector256.Sum(full)) * step * up,
        };
    }

    /// <summary>Share of ‖x‖‖w‖ by which the exact score, the 8-bit score and all norms may differ by rounding: several times what it can be.</summary>
    public static float Slack(int n) => (n + 32) * MathF.ScaleB(1, -21);
}
