using System.Runtime.Intrinsics.X86;
using SaeSharp.Numerics.Backends.Cpu;

namespace SaeSharp.Numerics.Tests;

public sealed unsafe class ByteKernelTests
{
    [Fact]
    public void Vnni_sums_are_exact()
    {
        Assert.SkipUnless(AvxVnni.IsSupported, "This processor has no AVX-VNNI.");
        RequireExact<Bytes256<VnniProduct>>();
    }

    [Fact]
    public void Sums_by_pairs_of_512_bits_are_exact()
    {
        Assert.SkipUnless(Avx512BW.IsSupported, "This processor has no AVX-512.");
        RequireExact<PairBytes512>();
    }

    [Fact]
    public void Sums_by_pairs_of_256_bits_are_exact()
    {
        Assert.SkipUnless(Avx2.IsSupported, "This processor has no AVX2.");
        RequireExact<Bytes256<PairProduct>>();
    }

    private static void RequireExact<TBytes>() where TBytes : IByteKernel
    {
        const int Width = 32;
        var random = new Random(1);
        foreach (var groups in new[] { 0, 1, 7, 192 })
        {
            foreach (var extreme in new[] { false, true })
            {
                byte[] a = new byte[groups * TBytes.TileRows * 4 + 4];
                var b = new sbyte[groups * Width * 4 + 4];
                foreach (ref var value in a.AsSpan()) value = (byte)(extreme ? 2 * TBytes.Levels + 1 : random.Next(1, 2 * TBytes.Levels + 2));
                foreach (ref var value in b.AsSpan()) value = (sbyte)(extreme ? random.Next(2) * 254 - 127 : random.Next(-127, 128));
                var start = Enumerable.Range(0, Width).Select(_ => random.Next(-1000, 1000)).ToArray();
                var c = new int[TBytes.TileRows * (Width + 3)];
                fixed (byte* pa = a)
                fixed (sbyte* pb = b)
                fixed (int* ps = start, pc = c) TBytes.Panel(pa, pb, ps, pc, Width + 3, groups);

                for (var row = 0; row < TBytes.TileRows; row++)
                {
                    for (var f = 0; f < Width; f++)
                    {
                        var sum = start[f];
                        for (var i = 0; i < 4 * groups; i++) sum += a[(i / 4 * TBytes.TileRows + row) * 4 + i % 4] * b[(i / 4 * Width + f) * 4 + i % 4];
                        Assert.Equal(sum, c[row * (Width + 3) + f]);
                    }
                }
            }
        }
    }
}
