using System.Runtime.Intrinsics.X86;
using SaeSharp.Numerics.Threads;

namespace SaeSharp.Numerics.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<L, TVector>
{
    /// <summary>Longest sum of u8 · s8 products that 32 bits hold.</summary>
    private const int MaxScreenedInputs = 60_000;

    /// <summary>Sizes below which bounding, collecting and computing again cost more than the f32 product.</summary>
    private const int LeastScreenedInputs = 256, LeastScreenedLatents = 2048;

    internal override Screening ScreeningOf(int dIn, int dSae)
    {
        if (L.Count < 8 || dIn > MaxScreenedInputs) return Screening.Off;
        return screening == Screening.Auto && (dIn < LeastScreenedInputs || dSae < LeastScreenedLatents) ? Screening.Off : screening;
    }

    /// <summary>Makes the 8-bit form of [n, k]; false where none is wanted or its bounds would not hold.</summary>
    private bool Quantise(Tensor matrix, PackedMatrix packed)
    {
        if (packed.Screen is not { } screen || L.Count < 8) return false;
        screen.Trial.Begin();
        if (!screen.Trial.IsScreened) return false;
        using var lease = new Lease(_scratch, screen.PanelCount);
        var job = new QuantiseWeightsJob { To = screen, From = matrix.Pointer<float>(), N = packed.N, K = packed.K, IsBad = (byte*)lease.Address };
        _pool.For(screen.PanelCount, ref job, (long)packed.N * packed.K < SmallWork);
        GC.KeepAlive(matrix);
        if (new Span<byte>(job.IsBad, screen.PanelCount).Contains((byte)1)) return false;
        packed.Screened(matrix);
        return true;
    }

    /// <summary>The f32 panels, filled by all threads where only the 8-bit form was made.</summary>
    private float* Panels(PackedMatrix packed)
    {
        if (packed.Unpacked is { } matrix)
        {
            Fill(matrix, Transpose.B, packed);
            packed.Packed();
        }
        return packed.Panels.Pointer<float>();
    }

    private bool EncodeTopKScreened(Tensor x, PackedMatrix encoder, Tensor bias, Tensor? scale, Tensor values, Tensor indices)
    {
        if (AvxVnni.IsSupported) return EncodeTopKScreened<Bytes256<VnniProduct>>(x, encoder, bias, scale, values, indices);
        if (L.Count == 16) return EncodeTopKScreened<PairBytes512>(x, encoder, bias, scale, values, indices);
        return EncodeTopKScreened<Bytes256<PairProduct>>(x, encoder, bias, scale, values, indices);
    }

    private bool EncodeTopKScreened<TBytes>(Tensor x, PackedMatrix encoder, Tensor bias, Tensor? scale, Tensor values, Tensor indices) where TBytes : IByteKernel
    {
        var (screen, rows) = (encoder.Screen!, x.RowCount);
        var padded = screen.PanelCount * PanelWidth;
        using var numbers = new Lease(_scratch, 7L * padded * sizeof(float) + rows);
        if (!TrySource<TBytes>(x, encoder, bias, scale, (float*)numbers.Address, out var source)) return false;
        var job = new ScreenedTopKJob<L, TVector, TBytes>
        {
            Source = source, Values = values.Pointer<float>(), Indices = indices.Pointer<int>(), Rows = rows, K = values.Columns, Failed = (byte*)((float*)numbers.Address + 7L * padded), Scratch = _scratch,
        };
        _pool.For(job.Parts, ref job);
        EncodeFailed(x, encoder, bias, scale, job.Failed, job.Values, job.Indices, job.K);
        Keep(x, encoder, bias, scale);
        Keep(values, indices);
        return true;
    }

    /// <summary>Lists what lies above the thresholds, screened; false where the encoder is not, or where that would not pay.</summary>
    private bool CollectScreened(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale, float* thresholds, float threshold, EntryLists lists)
    {
        if (encoder.Screen is not { IsReady: true }) return false;
        if (AvxVnni.IsSupported) return CollectScreened<Bytes256<VnniProduct>>(x, encoder, bias, scale, thresholds, threshold, lists);
        if (L.Count == 16) return CollectScreened<PairBytes512>(x, encoder, bias, scale, thresholds, threshold, lists);
        return CollectScreened<Bytes256<PairProduct>>(x, encoder, bias, scale, thresholds, threshold, lists);
    }

    private bool CollectScreened<TBytes>(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale, float* thresholds, float threshold, EntryLists lists) where TBytes : IByteKernel
    {
        using var numbers = new Lease(_scratch, 7L * encoder.Screen!.PanelCount * PanelWidth * sizeof(float));
        if (!TrySource<TBytes>(x, encoder, bias, scale, (float*)numbers.Address, out var source)) return false;
        var job = new ScreenedAboveJob<L, TVector, TBytes> { Source = source, Thresholds = thresholds, Threshold = threshold, Rows = x.RowCount, Lists = lists, Scratch = _scratch };
        var parts = EncodeAboveJob<L, TVector>.Parts(x.RowCount);
        lists.Reset(parts);
        _pool.For(parts, ref job);
        return true;
    }

    /// <summary>Leaves the marked rows to the f32 kernel.</summary>
    private void EncodeFailed(Tensor x, PackedMatrix encoder, Tensor bias, Tensor? scale, byte* failed, float* values, int* indices, int k)
    {
        var (rows, width) = (x.RowCount, encoder.K);
        var count = new Span<byte>(failed, rows).Count((byte)1);
        encoder.Screen!.Trial.Report(count, rows);
        if (count == 0) return;
        using var lease = new Lease(_scratch, (long)count * (width * sizeof(float) + k * (sizeof(float) + sizeof(int))));
        var job = new EncodeTopKJob<L, TVector> { Source = Source(x, encoder, bias, scale), Rows = count, K = k, Scratch = _scratch, Slices = 1 };
        var from = (float*)lease.Address;
        (long Bytes, long Slots) row = (width * (long)sizeof(float), k * (long)sizeof(float));
        for (int i = 0, r = 0; r < rows; r++)
            if (failed[r] != 0) Buffer.MemoryCopy(job.Source.X + (long)r * width, from + (long)i++ * width, row.Bytes, row.Bytes);
        job.Source.X = from;
        job.Values = from + (long)count * width;
        job.Indices = (int*)(job.Values + (long)count * k);
        _pool.For(job.Parts, ref job);
        for (int i = 0, r = 0; r < rows; r++)
        {
            if (failed[r] == 0) continue;
            Buffer.MemoryCopy(job.Values + (long)i * k, values + (long)r * k, row.Slots, row.Slots);
            Buffer.MemoryCopy(job.Indices + (long)i++ * k, indices + (long)r * k, row.Slots, row.Slots);
        }
    }

    /// <summary>Folds bias and scale into the bounds; false where they are not finite or so large that a bound could overflow.</summary>
    private bool TrySource<TBytes>(Tensor x, PackedMatrix encoder, Tensor? bias, Tensor? scale, float* numbers, out ScreenedSource<L, TVector, TBytes> source) where TBytes : IByteKernel
    {
        const float LargestBias = 1e30f, LargestScale = 1e6f;
        var screen = encoder.Screen!;
        var padded = screen.PanelCount * PanelWidth;
        source = new()
        {
            X = x.Pointer<float>(), W = screen.Source!.Pointer<float>(), Bias = Floats(bias), Scale = Floats(scale), Panels = screen.Panels, Steps = numbers, Biases = numbers + padded,
            InputFactors = numbers + 2L * padded, Norms = numbers + 3L * padded, Margins = numbers + 4L * padded, FineFactors = numbers + 5L * padded, Starts = (int*)(numbers + 6L * padded),
            DIn = encoder.K, DSae = encoder.N, BlockK = BlockK(encoder.K), Groups = screen.Groups,
        };
        var (slack, up) = (Quantiser.Slack(encoder.K), 1 + MathF.ScaleB(1, -20));
        for (var f = 0; f < padded; f++)
        {
            var b = source.Bias == null || f >= encoder.N ? 0 : source.Bias[f];
            var s = source.Scale == null || f >= encoder.N ? 1 : source.Scale[f];
            if (!(MathF.Abs(b) <= LargestBias && MathF.Abs(s) <= LargestScale)) return false;
            var size = MathF.Abs(s) * up;
            source.Steps[f] = screen.Steps[f] * s;
            source.Biases[f] = b * s;
            source.FineFactors[f] = slack * screen.FullNorms[f] * size;
            source.InputFactors[f] = screen.Errors[f] * size + source.FineFactors[f] * up;
            source.Norms[f] = screen.Norms[f] * size;
            source.Margins[f] = MathF.ScaleB(MathF.Abs(b * s), -20) + 1e-30f * (1 + size); // the last: numbers too small to keep their digits
            source.Starts[f] = -(TBytes.Levels + 1) * screen.Sums[f];
        }
        return true;
    }
}
