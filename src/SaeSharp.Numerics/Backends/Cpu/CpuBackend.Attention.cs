using System.Runtime.CompilerServices;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<L, TVector>
{
    protected override void RotaryCore(Tensor x, ReadOnlySpan<int> positions, RotaryTable table, Tensor y, bool inverse)
    {
        if (x.DType == DType.F64)
        {
            Reference.Instance.Rotary(x, positions, table, y, inverse);
            return;
        }
        fixed (int* at = positions)
        {
            var job = new RotaryJob
            {
                X = x.Pointer<float>(), Y = y.Pointer<float>(), Cosine = table.Cosine.Pointer<float>(), Sine = table.Sine.Pointer<float>(), Positions = at,
                Rows = x.Shape[0], Heads = x.Shape[1], DHead = x.Columns, Half = table.Rotated / 2, Neighbours = table.Pairs == RotaryPairs.Neighbours, Sign = inverse ? -1 : 1,
            };
            job.BlockRows = BlockRows(job.Rows, job.Heads * job.DHead);
            _pool.For((job.Rows + job.BlockRows - 1) / job.BlockRows, ref job);
        }
        Keep(x, y, table);
    }

    protected override void AttentionCore(Tensor q, Tensor k, Tensor v, ReadOnlySpan<SequenceSpan> sequences, AttentionSpec spec, Tensor z, Tensor[]? patterns)
    {
        if (q.DType == DType.F64)
        {
            Reference.Instance.Attention(q, k, v, sequences, spec, z, patterns);
            return;
        }
        var (keyHeads, dHead) = (k.Shape[1], q.Columns);
        using var lease = new Lease(_scratch, (long)sequences.Length * sizeof(AttentionPlan));
        var plans = (AttentionPlan*)lease.Address;
        var keyCount = 0L;
        for (var i = 0; i < sequences.Length; i++)
        {
            plans[i] = new() { Start = sequences[i].Start, Count = sequences[i].Count };
            plans[i].PageSize = plans[i].Padded;
            keyCount += (long)plans[i].PageSize * keyHeads * dHead;
        }
        using var keyLease = new Lease(_scratch, keyCount * sizeof(float));
        var keys = (float*)keyLease.Address;
        for (var i = 0; i < sequences.Length; i++)
        {
            plans[i].Keys = keys;
            plans[i].Values = v.Pointer<float>() + (long)sequences[i].Start * keyHeads * dHead;
            plans[i].KeyPages = &plans[i].Keys;
            plans[i].ValuePages = &plans[i].Values;
            keys += (long)plans[i].PageSize * keyHeads * dHead;
        }
        var pack = new PackKeysJob { Plans = plans, K = k.Pointer<float>(), Heads = keyHeads, DHead = dHead };
        _pool.For(sequences.Length * keyHeads, ref pack, k.Count < SmallWork);
        Attend(q, plans, sequences.Length, keyHeads, spec, z, patterns);
        Keep(k, v);
    }

    protected override void AttentionCachedCore(Tensor q, ReadOnlySpan<SequenceSpan> sequences, ReadOnlySpan<KeyValueCache> caches, AttentionSpec spec, Tensor z)
    {
        if (sequences.Length == 0) return;
        if (q.DType == DType.F64)
        {
            Reference.Instance.AttentionCached(q, sequences, caches, spec, z);
            return;
        }
        using var lease = new Lease(_scratch, (long)sequences.Length * sizeof(AttentionPlan));
        var plans = (AttentionPlan*)lease.Address;
        for (var i = 0; i < sequences.Length; i++)
        {
            var ((start, count), cache) = (sequences[i], caches[i]);
            plans[i] = new()
            {
                Start = start, Count = count, Position = cache.Count - count, PageSize = KeyValueCache.PageSize,
                KeyPages = Pages(cache.KeyPages), ValuePages = Pages(cache.ValuePages),
            };
        }
        Attend(q, plans, sequences.Length, caches[0].Heads, spec, z, null);
        foreach (var cache in caches) Keep(cache);
    }

    /// <summary>The array lies in memory that the garbage collector does not move.</summary>
    private static float** Pages(nint[] addresses) => (float**)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(addresses, 0);

    private void Attend(Tensor q, AttentionPlan* plans, int count, int keyHeads, AttentionSpec spec, Tensor z, Tensor[]? patterns)
    {
        var (blocks, longest, work) = (0, 0, 0L);
        for (var i = 0; i < count; i++)
        {
            plans[i].FirstBlock = blocks;
            blocks += (plans[i].Count + AttendJob<L, TVector>.BlockQueries - 1) / AttendJob<L, TVector>.BlockQueries;
            longest = Math.Max(longest, plans[i].Padded);
            work += (long)plans[i].Count * plans[i].Padded * q.Shape[1] * q.Columns;
        }
        var attend = new AttendJob<L, TVector>
        {
            Plans = plans, PlanCount = count, Heads = q.Shape[1], KeyHeads = keyHeads, DHead = q.Columns, LongestPadded = longest, Q = q.Pointer<float>(), Z = z.Pointer<float>(),
            Sinks = Floats(spec.Sinks), Spec = spec, Patterns = patterns, Scratch = _scratch,
        };
        _pool.For(blocks * attend.Heads, ref attend, work < SmallWork);
        Keep(q, z, spec.Sinks);
    }

    protected override void AttentionBackwardCore(
        Tensor q, Tensor k, Tensor v, ReadOnlySpan<SequenceSpan> sequences, AttentionSpec spec, Tensor dz, Tensor dq, Tensor dk, Tensor dv)
    {
        if (q.DType == DType.F64)
        {
            Reference.Instance.AttentionBackward(q, k, v, sequences, spec, dz, dq, dk, dv);
            return;
        }
        var (covered, work) = (0, 0L);
        foreach (var (_, count) in sequences)
        {
            covered += count;
            work += (long)count * count * q.Shape[1] * q.Columns;
        }
        if (covered < q.Shape[0])
        {
            dq.Clear();
            dk.Clear();
            dv.Clear();
        }
        fixed (SequenceSpan* spans = sequences)
        {
            var job = new AttentionBackwardJob<L, TVector>
            {
                Sequences = spans, Heads = q.Shape[1], KeyHeads = k.Shape[1], DHead = q.Columns, Q = q.Pointer<float>(), K = k.Pointer<float>(), V = v.Pointer<float>(),
                Dz = dz.Pointer<float>(), Dq = dq.Pointer<float>(), Dk = dk.Pointer<float>(), Dv = dv.Pointer<float>(), Sinks = Floats(spec.Sinks), Spec = spec, Scratch = _scratch,
            };
            _pool.For(sequences.Length * job.KeyHeads, ref job, work < SmallWork);
        }
        Keep(q, k, v, dz);
        Keep(dq, dk, dv, spec.Sinks);
    }

    /// <summary>Rotates the heads of a block of rows.</summary>
    private struct RotaryJob : IJob
    {
        public float* X, Y, Cosine, Sine;
        public int* Positions;
        public int Rows, Heads, DHead, Half, BlockRows;
        public bool Neighbours;
        public float Sign;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int part)
        {
            var end = Math.Min(Rows, (part + 1) * BlockRows);
            for (var row = part * BlockRows; row < end; row++)
            {
                var table = (long)Positions[row] * Half;
                for (var head = 0; head < Heads; head++)
                {
                    var at = ((long)row * Heads + head) * DHead;
                    Rotate(X + at, Y + at, Cosine + table, Sine + table);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Rotate(float* x, float* y, float* cosine, float* sine)
        {
            var (step, apart) = Neighbours ? (2, 1) : (1, Half);
            var first = 0;
            for (; !Neighbours && first + L.Count <= Half; first += L.Count)
            {
                TVector a = L.Load(x + first), b = L.Load(x + first + Half), c = L.Load(cosine + first), s = L.Multiply(L.Broadcast(Sign), L.Load(sine + first));
                L.Store(y + first, L.Subtract(L.Multiply(a, c), L.Multiply(b, s)));
                L.Store(y + first + Half, L.Add(L.Multiply(b, c), L.Multiply(a, s)));
            }
            for (var i = first; i < Half; i++)
            {
                var (a, b) = (x[i * step], x[i * step + apart]);
                var (c, s) = (cosine[i], Sign * sine[i]);
                y[i * step] = a * c - b * s;
                y[i * step + apart] = b * c + a * s;
            }
            for (var i = 2 * Half; i < DHead; i++) y[i] = x[i];
        }
    }
}
