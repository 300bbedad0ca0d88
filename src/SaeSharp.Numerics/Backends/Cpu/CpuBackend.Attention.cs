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
        var (heads, keyHeads, dHead) = (q.Shape[1], k.Shape[1], q.Columns);
        var planBytes = _scratch.Rent((long)sequences.Length * sizeof(AttentionPlan));
        var plans = (AttentionPlan*)planBytes.Address;
        var (blocks, longest, keyCount) = (0, 0, 0L);
        for (var i = 0; i < sequences.Length; i++)
        {
            var padded = (sequences[i].Count + KeyValueCache.Block - 1) / KeyValueCache.Block * KeyValueCache.Block;
            plans[i] = new() { Start = sequences[i].Start, Count = sequences[i].Count, Padded = padded, FirstBlock = blocks, KeyOffset = keyCount };
            blocks += (sequences[i].Count + AttendJob<L, TVector>.BlockQueries - 1) / AttendJob<L, TVector>.BlockQueries;
            keyCount += (long)padded * keyHeads * dHead;
            longest = Math.Max(longest, padded);
        }
        var keys = _scratch.Rent(keyCount * sizeof(float));
        var pack = new PackKeysJob { Plans = plans, K = k.Pointer<float>(), Keys = (float*)keys.Address, Heads = keyHeads, DHead = dHead };
        _pool.For(sequences.Length * keyHeads, ref pack, k.Count < SmallWork);
        var attend = new AttendJob<L, TVector>
        {
            Plans = plans, PlanCount = sequences.Length, Heads = heads, KeyHeads = keyHeads, DHead = dHead, LongestPadded = longest, Q = q.Pointer<float>(),
            Keys = (float*)keys.Address, Values = v.Pointer<float>(), Z = z.Pointer<float>(), Sinks = Floats(spec.Sinks), Spec = spec, Patterns = patterns, Scratch = _scratch,
        };
        _pool.For(blocks * heads, ref attend, q.Count < SmallWork / 8);
        _scratch.Return(keys);
        _scratch.Return(planBytes);
        Keep(q, k, v, z);
        Keep(spec.Sinks);
    }

    protected override void AttentionCachedCore(Tensor q, KeyValueCache cache, AttentionSpec spec, Tensor z)
    {
        if (q.DType == DType.F64)
        {
            Reference.Instance.AttentionCached(q, cache, spec, z);
            return;
        }
        var job = new AttendCachedJob<L, TVector>
        {
            Q = q.Pointer<float>(), Keys = cache.Keys.Pointer<float>(), Values = cache.Values.Pointer<float>(), Z = z.Pointer<float>(), Heads = q.Shape[1],
            KeyHeads = cache.Heads, DHead = cache.DHead, Rows = q.Shape[0], Count = cache.Count, Capacity = cache.Capacity, Spec = spec, Sinks = Floats(spec.Sinks), Scratch = _scratch,
        };
        _pool.For(job.Heads, ref job, (long)cache.Count * q.Count < SmallWork);
        Keep(q, cache, z, spec.Sinks);
    }

    protected override void AttentionBackwardCore(
        Tensor q, Tensor k, Tensor v, ReadOnlySpan<SequenceSpan> sequences, AttentionSpec spec, Tensor dz, Tensor dq, Tensor dk, Tensor dv) =>
        Reference.Instance.AttentionBackward(q, k, v, sequences, spec, dz, dq, dk, dv);

    /// <summary>Rotates the heads of a block of rows. Plain loops: a head is too short for the time to matter.</summary>
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
            for (var i = 0; i < Half; i++)
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
