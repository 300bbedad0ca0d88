using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Numerics.Files;
using SaeSharp.Numerics.Tests.Conformance;
using SaeSharp.Testing;

namespace SaeSharp.Numerics.Tests;

public sealed class LargeMemoryTests
{
    [Fact]
    public void Large_blocks_are_zero_whatever_their_size_also_after_others_were_freed()
    {
        for (var round = 0; round < 3; round++)
        {
            foreach (var bytes in new[] { (2L << 20) - 1, 2L << 20, (2L << 20) + 1, (5L << 20) + 4095 })
            {
                var tensor = new Tensor(DType.Bool, [(int)bytes], new NativeStorage(bytes));
                Assert.False(tensor.RawBytes().ContainsAnyExcept((byte)0), $"{bytes} bytes, round {round}");
                tensor.RawBytes().Fill(1);
                tensor.Free();
            }
        }
    }

    [Fact]
    public void A_weight_of_a_mapped_file_is_packed_and_stays_readable()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "weights.safetensors");
        var weights = new Draw(3, DType.F32, 8);
        var (first, second) = (weights.Normals(DType.BF16, 1111, 700), weights.Normals(DType.BF16, 700, 333));
        SafetensorsWriter.Write(path, [("first", first), ("second", second)]);
        using var file = SafetensorsFile.Open(path, mapFrom: 1);
        Assert.SkipUnless(file.IsMapped, "This folder is open to everybody's writing, so its files are not mapped.");

        var backend = CpuBackend.Create(2);
        Assert.True(Tolerance.SameBits(PackedMatrix.Of(first, Transpose.B).Panels, backend.Pack(file.Read("first"), Transpose.B).Panels));
        Assert.True(Tolerance.SameBits(PackedMatrix.Of(second).Panels, backend.Pack(file.Read("second"), Transpose.None).Panels));
        Assert.True(Tolerance.SameBits(first, file.Read("first")));
        Assert.True(Tolerance.SameBits(second, file.Read("second")));
    }
}
