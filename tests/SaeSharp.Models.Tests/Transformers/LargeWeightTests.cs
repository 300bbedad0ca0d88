using SaeSharp.Models.Blocks;
using SaeSharp.Models.Families;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Tests.Transformers;

/// <summary>A weight that is multiplied where it lies in its file until it is packed.</summary>
public sealed class LargeWeightTests
{
    private const int Inputs = 1100, Outputs = 2000, Rows = 3;

    [Fact]
    public void Every_use_gives_the_same_bits_and_at_last_the_weight_is_packed()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "weights.safetensors");
        var (weight, x) = (Ramp(DType.BF16, 4 * Outputs, Inputs), Ramp(DType.F32, Rows, Inputs));
        SafetensorsWriter.Write(path, [("w", weight)]);
        using var file = SafetensorsFile.Open(path);
        var stored = file.Read("w");
        Assert.SkipUnless(stored.LiesInFile, "This folder is open to everybody's writing, so its files are not mapped.");

        var backend = CpuBackend.Create(2);
        var expected = Forward(new(new StoredWeight("w", weight, Stored.Whole), null, DType.F32));
        for (var number = 0; number < 9; number++)
        {
            var linear = new Linear(new StoredWeight("w", stored, Stored.Whole, number), null, DType.F32);
            Assert.False(linear.IsPacked);
            for (var use = 0; use < 10; use++) Assert.Equal(expected, Forward(linear));
            Assert.True(linear.IsPacked);
        }

        byte[] Forward(Linear linear)
        {
            var y = Tensor.Zeros(DType.F32, Rows, 4 * Outputs);
            linear.Forward(backend, x, y);
            return y.RawBytes().ToArray();
        }
    }

    private static Tensor Ramp(DType type, int rows, int columns)
    {
        var tensor = Tensor.Zeros(type, rows, columns);
        for (var i = 0L; i < tensor.Count; i++) tensor.Write(i, Math.Sin(i));
        return tensor;
    }
}
