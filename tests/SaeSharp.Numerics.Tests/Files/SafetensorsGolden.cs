using System.Security.Cryptography;
using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Files;

/// <summary>Files of the reference library and hostile ones, with what must come of each.</summary>
public class SafetensorsGolden
{
    /// <summary>The one decision that goes the other way: padding before the header is accepted, as the reference library does.</summary>
    private const string Padded = "refused/safetensors/leading_space.safetensors";

    [Fact]
    public void Every_accepted_file_reads_bit_equal()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var files = Manifest(accept: true).Where(file => file.TryGetProperty("tensors", out _)).ToArray();
        Assert.NotEmpty(files);
        foreach (var row in files)
        {
            using var file = SafetensorsFile.Open(At(row.GetProperty("path").GetString()!));
            var tensors = row.GetProperty("tensors").EnumerateObject().ToArray();
            Assert.Equal(tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal), file.Names.Order(StringComparer.Ordinal));
            foreach (var tensor in tensors) RequireEqual(file, tensor.Name, tensor.Value);
            if (row.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object)
                Assert.Equal(metadata.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!), file.Metadata.ToDictionary());
        }
    }

    [Fact]
    public void Every_16_bit_pattern_widens_to_the_expected_float()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var row = Assert.Single(Manifest(accept: true), file => file.TryGetProperty("expected_file", out _));
        using var file = SafetensorsFile.Open(At(row.GetProperty("path").GetString()!));
        using var expected = SafetensorsFile.Open(At(row.GetProperty("expected_file").GetString()!));
        Assert.NotEmpty(expected.Names);
        foreach (var name in expected.Names)
        {
            var (wide, wanted) = (file.Read(name).To(DType.F32).Span<float>().ToArray(), expected.Read(name).Span<float>().ToArray());
            Assert.Equal(wanted.Length, wide.Length);
            for (var i = 0; i < wide.Length; i++)
                Assert.True(BitConverter.SingleToUInt32Bits(wanted[i]) == BitConverter.SingleToUInt32Bits(wide[i]) || (float.IsNaN(wanted[i]) && float.IsNaN(wide[i])), $"{name}[{i}]");
        }
    }

    [Fact]
    public void Every_refused_file_is_a_typed_error_that_names_it()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var files = Manifest(accept: false).Select(row => row.GetProperty("path").GetString()!).ToArray();
        Assert.NotEmpty(files);
        Assert.Contains(Padded, files);
        foreach (var file in files.Where(file => file != Padded))
        {
            var path = At(file);
            Assert.StartsWith(path, Assert.Throws<FileException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
            Assert.False(RawSafetensors.IsSound(File.ReadAllBytes(path)), $"the plain reader takes {file} for sound");
        }
        using var padded = SafetensorsFile.Open(At(Padded));
        Assert.NotEmpty(padded.Names);
    }

    /// <summary>The safetensors files of the manifest that must be accepted, or those that must be refused.</summary>
    private static IEnumerable<JsonElement> Manifest(bool accept)
    {
        var wanted = accept ? JsonValueKind.True : JsonValueKind.False;
        return StrictJson.Read(At("manifest.json")).GetProperty("files").EnumerateArray()
            .Where(file => file.GetProperty("kind").GetString() == "safetensors" && file.GetProperty("accept").ValueKind == wanted);
    }

    private static string At(string path) => SharedFiles.At("golden", "files", path);

    private static void RequireEqual(SafetensorsFile file, string name, JsonElement expected)
    {
        var entry = file.Entry(name);
        Assert.Equal(expected.GetProperty("dtype").GetString(), entry.TypeName);
        Assert.Equal(expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()), entry.Shape);
        Assert.Equal(expected.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(file.RawBytes(name))));
        if (entry.DType is not { } type)
        {
            Assert.Throws<FileException>(() => file.Read(name));
            return;
        }
        var tensor = file.Read(name);
        Assert.Equal(type, tensor.DType);
        Assert.Equal(file.RawBytes(name), tensor.RawBytes().ToArray());
    }
}
