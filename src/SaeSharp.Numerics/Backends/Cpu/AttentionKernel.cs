using System.Runtime.CompilerServices;

namespace SaeSharp.Numerics.Backends.Cpu;

/// <summary>Up to four neighbouring queries of one head against the keys and values before them.</summary>
/// <remarks>
/// Keys lie transposed, so one instruction meets 16 keys with one number of a query; each score is one chain over dHead, each output one chain over the keys in
/// ascending order. Four queries share the loads, and each gets the bits it would get alone: that is why a cached step equals the full pass.
/// </remarks>
internal unsafe struct AttentionKernel<L, TVector> where L : ILanes<TVector> where TVector : struct
{
    public const int Group = 4;

    /// <summary>Pages of keys, [dHead][PageSize] from <see cref="KeyOffset"/> on.</summary>
    public float** KeyPages;

    /// <summary>Pages of values, [position][ValueStride], this head's numbers from <see cref="ValueOffset"/> on.</summary>
    public float** ValuePages;

    /// <summary>Room for Group rows of ScoreStride scores.</summary>
    public float* Scores;

    public long KeyOffset, ValueOffset;
    public int PageSize, ValueStride, ScoreStride, DHead;

    /// <summary>The head's extra logit; −∞ adds nothing.</summary>
    public float Sink;

    public AttentionSpec Spec;

    /// <summary>z for <paramref name="count"/> queries at positions <paramref name="position"/> …; rows of q and z lie <paramref name="stride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Attend(float* q, float* z, int stride, int position, int count)
    {
        var last = position + count - 1;
        var first = First(position) / (2 * L.Count) * (2 * L.Count); // whole pairs of vectors, or the last pair would reach beyond the padding
        for (var j = first; j <= last;)
        {
            var page = j / PageSize;
            var start = page * PageSize;
            var keys = KeyPages[page] + KeyOffset - start;
            for (var end = Math.Min(last, start + PageSize - 1); j <= end; j += 2 * L.Count) Score(q, keys + j, stride, j, count);
        }
        for (var r = 0; r < count; r++) Normalise(Scores + r * ScoreStride, first, position + r);

        var shared = count == Group && First(last) == First(position) ? position + 1 : 0;
        if (shared > 0) Gather(z, stride, First(position), shared);
        for (var r = 0; r < count; r++)
        {
            var row = z + (long)r * stride;
            if (shared == 0) new Span<float>(row, DHead).Clear();
            Mix(row, Scores + r * ScoreStride, shared == 0 ? First(position + r) : shared, position + r + 1);
        }
    }

    /// <summary>The oldest key a query at <paramref name="position"/> sees.</summary>
    public readonly int First(int position) => Spec.Window > 0 ? Math.Max(0, position - Spec.Window + 1) : 0;

    /// <summary>Scores of two vectors of keys from <paramref name="j"/>; a missing query repeats the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Score(float* q, float* keys, int stride, int j, int count)
    {
        var q1 = q + (count > 1 ? stride : 0);
        var q2 = q1 + (count > 2 ? stride : 0);
        var q3 = q2 + (count > 3 ? stride : 0);
        var zero = L.Broadcast(0);
        TVector a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
        for (var i = 0; i < DHead; i++, keys += PageSize)
        {
            var left = L.Load(keys);
            var right = L.Load(keys + L.Count);
            var s = L.Broadcast(q[i]);
            a0 = L.MultiplyAdd(s, left, a0);
            a1 = L.MultiplyAdd(s, right, a1);
            s = L.Broadcast(q1[i]);
            b0 = L.MultiplyAdd(s, left, b0);
            b1 = L.MultiplyAdd(s, right, b1);
            s = L.Broadcast(q2[i]);
            c0 = L.MultiplyAdd(s, left, c0);
            c1 = L.MultiplyAdd(s, right, c1);
            s = L.Broadcast(q3[i]);
            d0 = L.MultiplyAdd(s, left, d0);
            d1 = L.MultiplyAdd(s, right, d1);
        }
        Put(Scores + j, a0, a1);
        if (count > 1) Put(Scores + ScoreStride + j, b0, b1);
        if (count > 2) Put(Scores + 2 * ScoreStride + j, c0, c1);
        if (count > 3) Put(Scores + 3 * ScoreStride + j, d0, d1);
    }

    private static void Put(float* to, TVector left, TVector right)
    {
        L.Store(to, left);
        L.Store(to + L.Count, right);
    }

    /// <summary>Softmax over the keys one query sees; the others in its vectors become 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Normalise(float* scores, int first, int position)
    {
        var end = (position + L.Count) / L.Count * L.Count;
        var scale = L.Broadcast((float)Spec.Scale);
        for (var j = first; j < end; j += L.Count)
        {
            var s = L.Multiply(L.Load(scores + j), scale);
            if (Spec.SoftCap > 0) s = L.Multiply(L.Broadcast((float)Spec.SoftCap), RowKernel<L, TVector>.Tanh(L.Divide(s, L.Broadcast((float)Spec.SoftCap))));
            L.Store(scores + j, s);
        }
        for (var j = first; j < First(position); j++) scores[j] = float.NegativeInfinity;
        for (var j = position + 1; j < end; j++) scores[j] = float.NegativeInfinity;
        var max = MathF.Max(Sink, RowKernel<L, TVector>.Max(scores + first, end - first));
        var sum = RowKernel<L, TVector>.ExpSum(scores + first, max, scores + first, end - first) + MathF.Exp(Sink - max);
        var inverse = L.Broadcast(1 / sum);
        for (var j = first; j < end; j += L.Count) L.Store(scores + j, L.Multiply(L.Load(scores + j), inverse));
    }

    /// <summary>Values of the page that holds position <paramref name="j"/>, moved so that position p stands at p · ValueStride; and the page's end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float* ValuesAt(int j, out int end)
    {
        var page = j / PageSize;
        end = (page + 1) * PageSize;
        return ValuePages[page] + ValueOffset - (long)page * PageSize * ValueStride;
    }

    /// <summary>z of four queries over the keys all of them see, each value loaded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Gather(float* z, int stride, int first, int end)
    {
        var s0 = Scores;
        var s1 = s0 + ScoreStride;
        var s2 = s1 + ScoreStride;
        var s3 = s2 + ScoreStride;
        var i = 0;
        for (; i + L.Count <= DHead; i += L.Count)
        {
            var zero = L.Broadcast(0);
            TVector a = zero, b = zero, c = zero, d = zero;
            for (var j = first; j < end;)
            {
                var values = ValuesAt(j, out var pageEnd) + i;
                for (var stop = Math.Min(end, pageEnd); j < stop; j++)
                {
                    var v = L.Load(values + (long)j * ValueStride);
                    a = L.MultiplyAdd(L.Broadcast(s0[j]), v, a);
                    b = L.MultiplyAdd(L.Broadcast(s1[j]), v, b);
                    c = L.MultiplyAdd(L.Broadcast(s2[j]), v, c);
                    d = L.MultiplyAdd(L.Broadcast(s3[j]), v, d);
                }
            }
            L.Store(z + i, a);
            L.Store(z + stride + i, b);
            L.Store(z + 2 * stride + i, c);
            L.Store(z + 3 * stride + i, d);
        }
        for (; i < DHead; i++)
            for (var r = 0; r < Group; r++)
                z[r * stride + i] = MixNumber(0, Scores + r * ScoreStride, i, first, end);
    }

    /// <summary>z of one query goes on over keys <paramref name="first"/> to <paramref name="end"/>: the same chain as with four, so the same bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Mix(float* z, float* scores, int first, int end)
    {
        var i = 0;
        for (; i + 4 * L.Count <= DHead; i += 4 * L.Count)
        {
            TVector a = L.Load(z + i), b = L.Load(z + i + L.Count), c = L.Load(z + i + 2 * L.Count), d = L.Load(z + i + 3 * L.Count);
            for (var j = first; j < end;)
            {
                var values = ValuesAt(j, out var pageEnd) + i;
                for (var stop = Math.Min(end, pageEnd); j < stop; j++)
                {
                    var s = L.Broadcast(scores[j]);
                    var v = values + (long)j * ValueStride;
                    a = L.MultiplyAdd(s, L.Load(v), a);
                    b = L.MultiplyAdd(s, L.Load(v + L.Count), b);
                    c = L.MultiplyAdd(s, L.Load(v + 2 * L.Count), c);
                    d = L.MultiplyAdd(s, L.Load(v + 3 * L.Count), d);
                }
            }
            L.Store(z + i, a);
            L.Store(z + i + L.Count, b);
            L.Store(z + i + 2 * L.Count, c);
            L.Store(z + i + 3 * L.Count, d);
        }
        for (; i + L.Count <= DHead; i += L.Count)
        {
            var a = L.Load(z + i);
            for (var j = first; j < end;)
            {
                var values = ValuesAt(j, out var pageEnd) + i;
                for (var stop = Math.Min(end, pageEnd); j < stop; j++) a = L.MultiplyAdd(L.Broadcast(scores[j]), L.Load(values + (long)j * ValueStride), a);
            }
            L.Store(z + i, a);
        }
        for (; i < DHead; i++) z[i] = MixNumber(z[i], scores, i, first, end);
    }

    private readonly float MixNumber(float sum, float* scores, int i, int first, int end)
    {
        for (var j = first; j < end;)
        {
            var values = ValuesAt(j, out var pageEnd) + i;
            for (var stop = Math.Min(end, pageEnd); j < stop; j++) sum = MathF.FusedMultiplyAdd(scores[j], values[(long)j * ValueStride], sum);
        }
        return sum;
    }
}
