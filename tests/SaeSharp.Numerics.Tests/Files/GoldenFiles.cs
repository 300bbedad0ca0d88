using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Files;

/// <summary>The files of <c>golden/files</c> with what must come of each, and how a tensor is held against its expectation.</summary>
internal static class GoldenFiles
{
    public static string At(string path) => SharedFiles.At("golden", "files", path);

    public static string PathOf(JsonElement row) => At(row.GetProperty("path").GetString()!);

    /// <summary>The manifest's rows of these kinds that must be read (true), refused (false), or may be either ("optional").</summary>
    public static JsonElement[] Rows(object accept, params string[] kinds) => [.. StrictJson.Read(At("manifest.json")).GetProperty("files").EnumerateArray()
        .Where(row => kinds.Contains(row.GetProperty("kind").GetString()) && Accept(row).Equals(accept))];

    /// <summary>Bytes, shape and values as the reference library has them.</summary>
    public static void RequireEqual(JsonElement expected, TensorEntry entry, byte[] raw, Func<Tensor> read)
    {
        Assert.Equal(expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()), entry.Shape);
        Assert.Equal(expected.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(raw)));
        var tensor = read();
        Assert.Equal(entry.DType, tensor.DType);
        Assert.Equal(entry.Shape, [.. tensor.Shape.ToArray().Select(size => (long)size)]);
        if (!expected.TryGetProperty("values", out var values)) return;
        Assert.Equal(values.GetArrayLength(), tensor.Count);
        var i = 0L;
        foreach (var value in values.EnumerateArray()) RequireEqual(value, tensor, i++);
    }

    /// <summary>Bit equal, a zero's sign included; NaN by being one.</summary>
    public static void RequireSame(double expected, double actual) => Assert.True(
        BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(actual) || (double.IsNaN(expected) && double.IsNaN(actual)), $"{actual}, expected {expected}");

    /// <summary>A number as JSON writes it: exact, with NaN and the infinities as text.</summary>
    public static double Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => double.Parse(value.GetString()!, CultureInfo.InvariantCulture),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => value.GetDouble(),
    };

    private static void RequireEqual(JsonElement value, Tensor tensor, long i)
    {
        if (tensor.DType == DType.I64)
        {
            Assert.Equal(value.GetRawText(), tensor.Span<long>()[(int)i].ToString(CultureInfo.InvariantCulture));
            return;
        }
        RequireSame(Number(value), tensor.Read(i));
    }

    private static object Accept(JsonElement row) => row.GetProperty("accept").ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => row.GetProperty("accept").GetString()!,
    };
}
