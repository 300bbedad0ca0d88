using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Checkpoints;

/// <summary>Weights of gpt-oss as published: four bits a number, 32 numbers a scale (OCP Microscaling Formats v1.0, MXFP4), given as bf16, which holds every one exactly.</summary>
/// <remarks>
/// On disk <c>{name}_blocks</c> U8 [experts, outputs, inputs/32, 16] and <c>{name}_scales</c> U8 [experts, outputs, inputs/32]: of a byte the low half is the earlier
/// number, an index into the table below; a scale s stands for 2^(s − 127). Given as <c>{name}</c> [experts, inputs, outputs], as transformers unpacks them. The copy in memory
/// takes four times the bytes of the file.
/// </remarks>
internal static class Mxfp4
{
    private const string BlocksEnding = "_blocks", ScalesEnding = "_scales", Type = "U8";
    private const int BlockBytes = 16, BlockNumbers = 2 * BlockBytes, ScaleBias = 127, NotANumber = 255;

    /// <summary>The numbers of four bits: sign, two bits of exponent, one of fraction.</summary>
    private static readonly float[] Numbers = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];

    /// <summary>The same weights with every packed pair given as the tensor that it stands for.</summary>
    /// <exception cref="FileException">The scales of packed numbers are missing, or of another shape.</exception>
    public static Dictionary<string, Weight> Unpacked(string path, Dictionary<string, Weight> weights)
    {
        string[] packed = [.. weights.Where(row => row.Key.EndsWith(BlocksEnding, StringComparison.Ordinal) && row.Value.Entry is { TypeName: Type, Shape: [.., BlockBytes] } entry && entry.Shape.Count == 4).Select(row => row.Key)];
        if (packed.Length == 0) return weights;
        var all = new Dictionary<string, Weight>(weights, StringComparer.Ordinal);
        foreach (var name in packed)
        {
            var scalesName = name[..^BlocksEnding.Length] + ScalesEnding;
            if (!all.TryGetValue(scalesName, out var scales)) throw FileException.Missing(path, "tensor", scalesName, weights.Keys);
            var blocks = all[name];
            var shape = blocks.Entry.Shape;
            if (scales.Entry.TypeName != Type || !scales.Entry.Shape.SequenceEqual(shape.Take(3)))
                throw FileException.Malformed(path, $"tensor '{scalesName}'", $"it is {scales.Entry.TypeName}{scales.Entry.ShapeText}, expected {Type}[{string.Join(", ", shape.Take(3))}] beside '{name}'");
            if (blocks.Bytes is not { } codes || scales.Bytes is not { } exponents || !Fits(shape))
                throw FileException.Unsupported(path, $"tensor '{name}'", $"its shape {blocks.Entry.ShapeText} has more rows than a tensor counts", "Store it in parts.");
            all.Remove(name);
            all.Remove(scalesName);
            var whole = name[..^BlocksEnding.Length];
            int[] unpacked = [(int)shape[0], (int)shape[2] * BlockNumbers, (int)shape[1]]; // [experts, inputs, outputs]
            var entry = new TensorEntry(whole, "MXFP4", [.. unpacked.Select(size => (long)size)], blocks.Entry.Start, blocks.Entry.Bytes + scales.Entry.Bytes) { DType = DType.BF16 };
            if (!all.TryAdd(whole, new(entry, () => Read(codes, exponents, unpacked)))) throw FileException.Malformed(path, $"tensor '{name}'", $"'{whole}' is there too, expected one of them");
        }
        return all;
    }

    /// <summary>Whether tensors can count the rows of both layouts, and arrays a few rows' bytes.</summary>
    private static bool Fits(IReadOnlyList<long> shape) =>
        shape.All(size => size <= int.MaxValue / 1024) && (decimal)shape[0] * shape[2] * BlockNumbers <= int.MaxValue && (decimal)shape[0] * shape[1] <= int.MaxValue;

    private static Tensor Read(ByteReader blocks, ByteReader scales, int[] shape)
    {
        const int Tile = 64; // outputs at once: what lies side by side in the result
        var result = Tensor.Zeros(DType.BF16, shape);
        var (inputs, outputs) = (shape[1], shape[2]);
        var (rowBytes, rowScales) = (inputs / 2, inputs / BlockNumbers);
        var (codes, exponents) = (new byte[Math.Min(Tile, outputs) * (long)rowBytes], new byte[Math.Min(Tile, outputs) * (long)rowScales]);
        for (var expert = 0; expert < shape[0]; expert++)
        {
            for (var first = 0; first < outputs; first += Tile)
            {
                var (count, row) = (Math.Min(Tile, outputs - first), (long)expert * outputs + first);
                blocks(row * rowBytes, codes.AsSpan(0, count * rowBytes));
                scales(row * rowScales, exponents.AsSpan(0, count * rowScales));
                for (var block = 0; block < rowScales; block++)
                    for (var i = 0; i < count; i++)
                        Unpack(codes.AsSpan(i * rowBytes + block * BlockBytes, BlockBytes), exponents[i * rowScales + block], result, expert * inputs + block * BlockNumbers, first + i);
            }
        }
        return result;
    }

    /// <summary>One block becomes a piece of a column.</summary>
    private static void Unpack(ReadOnlySpan<byte> codes, byte exponent, Tensor to, int row, int column)
    {
        var scale = exponent == NotANumber ? float.NaN : MathF.ScaleB(1, exponent - ScaleBias);
        for (var i = 0; i < codes.Length; i++)
        {
            to.Row<BFloat16>(row + 2 * i)[column] = BFloat16.FromSingle(Numbers[codes[i] & 0xF] * scale);
            to.Row<BFloat16>(row + 2 * i + 1)[column] = BFloat16.FromSingle(Numbers[codes[i] >> 4] * scale);
        }
    }
}
