using System.Text.Json;
using SaeSharp.Numerics.Files;
using SaeSharp.Numerics.Files.Gguf;

namespace SaeSharp.Numerics.Tests.Files;

/// <summary>A file with every kind of metadata and tensor, and hostile ones.</summary>
public class GgufGolden
{
    /// <summary>Types whose numbers are exact; of the others d·q − m may be rounded once or twice.</summary>
    private static readonly string[] Exact = ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q5_0"];

    [Theory, InlineData(0), InlineData(long.MaxValue)]
    public void Every_tensor_has_the_values_that_ggml_gives_it(long mapFrom)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var row = Assert.Single(GoldenFiles.Rows(true, "gguf"));
        using var file = GgufFile.Open(GoldenFiles.PathOf(row), mapFrom);
        using var expected = SafetensorsFile.Open(GoldenFiles.At(row.GetProperty("expected_file").GetString()!));

        Assert.Equal(row.GetProperty("types").EnumerateObject().Select(type => type.Name).Order(StringComparer.Ordinal), file.Names.Order(StringComparer.Ordinal));
        foreach (var type in row.GetProperty("types").EnumerateObject())
        {
            Assert.Equal(type.Value.GetString(), file.Entry(type.Name).TypeName);
            Assert.Equal(row.GetProperty("shapes").GetProperty(type.Name).EnumerateArray().Select(size => size.GetInt64()), file.Entry(type.Name).Shape);
            Assert.Equal(file.Entry(type.Name).DType, file.Read(type.Name).DType);
            var (want, have) = (expected.Read(type.Name).Span<float>().ToArray(), file.Read(type.Name).To(DType.F32).Span<float>().ToArray());
            if (Exact.Contains(type.Value.GetString())) Assert.Equal(want, have);
            else
            {
                Assert.Equal(want.Length, have.Length);
                var ulp = MathF.BitIncrement(want.Max(MathF.Abs)) - want.Max(MathF.Abs); // of numbers as large as scale x 64
                for (var i = 0; i < want.Length; i++) Assert.True(MathF.Abs(want[i] - have[i]) <= ulp, $"{type.Name}[{i}] is {have[i]}, expected {want[i]}");
            }
        }
    }

    [Fact]
    public void Every_kind_of_metadata_is_there()
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var row = Assert.Single(GoldenFiles.Rows(true, "gguf"));
        using var file = GgufFile.Open(GoldenFiles.PathOf(row));
        var metadata = row.GetProperty("metadata").EnumerateObject().ToArray();

        Assert.Equal(metadata.Select(value => value.Name), file.Metadata.Keys);
        foreach (var (name, value) in metadata.Select(value => (value.Name, value.Value)))
        {
            if (value.ValueKind != JsonValueKind.Object) RequireEqual(value, file.Metadata[name]);
            else
            {
                var items = Assert.IsType<GgufValue.Array>(file.Metadata[name]).Items().ToArray();
                Assert.Equal(value.GetProperty("array").GetArrayLength(), items.Length);
                foreach (var (want, have) in value.GetProperty("array").EnumerateArray().Zip(items)) RequireEqual(want, have);
            }
        }
    }

    [Theory, InlineData(0), InlineData(long.MaxValue)]
    public void Every_refused_file_is_a_typed_error_that_names_it(long mapFrom)
    {
        Assert.SkipUnless(SharedFiles.Present, SharedFiles.Absent);
        var rows = GoldenFiles.Rows(false, "gguf");
        Assert.NotEmpty(rows);
        foreach (var path in rows.Select(GoldenFiles.PathOf))
            Assert.StartsWith(path, Assert.Throws<FileException>(() => GgufFile.Open(path, mapFrom)).Message, StringComparison.Ordinal);
    }

    private static void RequireEqual(JsonElement want, GgufValue have)
    {
        switch (have)
        {
            case GgufValue.Integer integer: Assert.Equal(want.GetRawText(), integer.Value.ToString()); break;
            case GgufValue.Number number: Assert.Equal(want.GetDouble(), number.Value); break;
            case GgufValue.Boolean boolean: Assert.Equal(want.GetBoolean(), boolean.Value); break;
            default: Assert.Equal(want.GetString(), Assert.IsType<GgufValue.Text>(have).Value); break;
        }
    }
}
