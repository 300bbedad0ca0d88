using System.Buffers.Binary;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Files;

public class SafetensorsRefusals
{
    private const string Sound = """{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""";

    /// <summary>A header, how many bytes follow it, and a word of the error that names the reason.</summary>
    public static TheoryData<string, int, string> Headers => new()
    {
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlap" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "overlap" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "gap" },
        { """{"w":{"dtype":"F32","shape":[3],"data_offsets":[4,16]}}""", 16, "starts at byte 4" },
        { Sound, 11, "ends at byte 12" },
        { Sound, 13, "of which the tensors take 12" },
        { "{}", 1, "of which the tensors take 0" },
        { """{"w":{"dtype":"F32","shape":[3],"data_offsets":[12,0]}}""", 12, "ascending" },
        { """{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,12]}}""", 12, "needs 16 bytes" },
        { """{"w":{"dtype":"F64","shape":[3],"data_offsets":[0,12]}}""", 12, "needs 24 bytes" },
        { """{"w":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}""", 1, "needs" },
        { """{"w":{"dtype":"f32","shape":[3],"data_offsets":[0,12]}}""", 12, "'f32' is not a type" },
        { """{"w":{"dtype":"F32","shape":[-3],"data_offsets":[0,12]}}""", 12, "whole one" },
        { """{"w":{"dtype":"F32","shape":[3.0],"data_offsets":[0,12]}}""", 12, "whole one" },
        { """{"w":{"dtype":"F32","shape":["3"],"data_offsets":[0,12]}}""", 12, "expected Number" },
        { """{"w":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,0]}}""", 0, "overflows" },
        { """{"w":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,0]}}""", 0, "whole one" },
        { """{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"\u0077":{"dtype":"F32","shape":[0],"data_offsets":[12,12]}}""", 12, "twice" },
        { """{"w":{"dtype":"F32","dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", 12, "twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "twice" },
        { """{"__metadata__":{"a":"1","a":"2"}}""", 0, "twice" },
        { """{"__metadata__":{"a":1}}""", 0, "expected String" },
        { """{"__metadata__":[]}""", 0, "expected StartObject" },
        { """{"w":{"shape":[3],"data_offsets":[0,12]}}""", 12, "dtype is missing" },
        { """{"w":{"dtype":"F32","data_offsets":[0,12]}}""", 12, "shape is missing" },
        { """{"w":{"dtype":"F32","shape":[3]}}""", 12, "data_offsets is missing" },
        { """{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12],"extra":1}}""", 12, "field 'extra'" },
        { """{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,6,12]}}""", 12, "begin and end" },
        { """{"w":null}""", 0, "expected StartObject" },
        { "[]", 0, "expected StartObject" },
        { "{} {}", 0, "not JSON" },
        { "{}\0", 0, "not JSON" },
        { "{/**/}", 0, "not JSON" },
        { """{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},}""", 12, "not JSON" },
        { """{"\ud800":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", 12, "not valid Unicode" },
        { $$$"""{"w":{"dtype":"F32","shape":[{{{string.Join(',', Enumerable.Repeat(1, 65))}}}],"data_offsets":[0,4]}}""", 4, "more than 64" },
        { $$"""{"w":{{new string('[', 20_000)}}""", 0, "StartObject" },
        { $$"""{"w":{"dtype":{{new string('[', 20_000)}}""", 0, "expected String" },
    };

    [Theory, MemberData(nameof(Headers))]
    public void A_header_that_breaks_the_format_is_refused_with_file_and_reason(string header, int data, string reason)
    {
        var content = RawSafetensors.File(header, data);

        Assert.Contains(reason, Refusal(content), StringComparison.Ordinal);
        Assert.False(RawSafetensors.IsSound(content), "the plain reader takes it for sound");
    }

    [Theory, InlineData(0UL), InlineData(100_000_001UL), InlineData(1UL << 31), InlineData((1UL << 31) - 1), InlineData(1UL << 63), InlineData(ulong.MaxValue), InlineData(68UL)]
    public void A_header_length_that_cannot_be_is_refused(ulong length)
    {
        var content = RawSafetensors.File(Sound, 12);
        Assert.Equal(67, content.Length - 8);
        BinaryPrimitives.WriteUInt64LittleEndian(content, length);

        Assert.Contains($"{length} bytes", Refusal(content), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_proper_prefix_of_a_file_is_refused()
    {
        var content = RawSafetensors.File(Sound, 12);
        for (var length = 0; length < content.Length; length++) Refusal(content[..length]);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused() =>
        Assert.Contains("UTF-8", Refusal(RawSafetensors.File([.. "{\""u8, 0xC3, 0x28, .. "\":null}"u8], [])), StringComparison.Ordinal);

    [Theory, InlineData("  \n" + Sound), InlineData(Sound + "   "), InlineData("""{"\u0077":{"data_offsets":[0,12],"shape":[3],"dtype":"F32"}}""")]
    public void Whitespace_around_the_header_escapes_and_any_order_of_fields_are_accepted(string header)
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(folder.Write("a", RawSafetensors.File(header, 12)));

        Assert.Equal([3], file.Read("w").Shape.ToArray());
    }

    [Fact]
    public void A_type_that_no_tensor_holds_is_listed_and_refused_when_read()
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(folder.Write("a", RawSafetensors.File($"{{{RawSafetensors.Tensor("w", "F8_E4M3", "[5]", 0, 5)}}}", 5)));

        Assert.Equal("F8_E4M3", file.Entry("w").TypeName);
        Assert.Contains("F8_E4M3", Assert.Throws<FileException>(() => file.Read("w")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("F32", "[0,4294967296]"), InlineData("BOOL", "[65536,65536,0]"), InlineData("BOOL", "[65536,65536,0,3]")]
    public void A_shape_beyond_what_tensors_address_is_refused_when_read(string type, string shape)
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(folder.Write("a", RawSafetensors.File($"{{{RawSafetensors.Tensor("w", type, shape, 0, 0)}}}", 0)));

        Assert.Contains(shape.Replace(",", ", ", StringComparison.Ordinal), Assert.Throws<FileException>(() => file.Read("w")).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("[0,65536,65536]"), InlineData("[65536,0,65536]"), InlineData("[65536,0]")]
    public void An_empty_shape_that_tensors_address_is_read(string shape)
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(folder.Write("a", RawSafetensors.File($"{{{RawSafetensors.Tensor("w", "BOOL", shape, 0, 0)}}}", 0)));

        Assert.Equal(0, file.Read("w").Count);
    }

    [Fact]
    public void A_boolean_that_is_neither_0_nor_1_is_refused_when_read()
    {
        using var folder = new TemporaryFolder();
        var header = System.Text.Encoding.UTF8.GetBytes($"{{{RawSafetensors.Tensor("w", "BOOL", "[3]", 0, 3)}}}");
        using var file = SafetensorsFile.Open(folder.Write("a", RawSafetensors.File(header, [0, 1, 2])));

        Assert.Contains("byte 2", Assert.Throws<FileException>(() => file.Read("w")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_at_an_odd_address_are_copied_to_an_aligned_one()
    {
        using var folder = new TemporaryFolder();
        var header = $"{{{RawSafetensors.Tensor("b", "U8", "[3]", 0, 3)},{RawSafetensors.Tensor("w", "F32", "[2]", 3, 11)}}}";
        using var file = SafetensorsFile.Open(folder.Write("a", RawSafetensors.File(System.Text.Encoding.UTF8.GetBytes(header), [9, 9, 9, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])));

        Assert.Equal([1f, 2f], file.Read("w").Span<float>().ToArray());
    }

    [Fact]
    public void A_missing_tensor_is_named_with_its_nearest_neighbour()
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(folder.Write("a", RawSafetensors.File($"{{{RawSafetensors.Tensor("W_enc", "F32", "[1]", 0, 4)}}}", 4)));

        var error = Assert.Throws<FileException>(() => file.Read("W_dec"));
        Assert.Contains("W_dec", error.Message, StringComparison.Ordinal);
        Assert.Contains("W_enc", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_or_folder_that_cannot_be_read_is_a_typed_error()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(folder["none"], Assert.Throws<FileException>(() => SafetensorsFile.Open(folder["none"])).Message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, Assert.Throws<FileException>(() => SafetensorsFile.Open(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<FileException>(() => SafetensorsFile.Open(folder["none/none"]));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_file_that_everybody_may_write_is_read_and_not_mapped()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not let a mapped file shrink.");
        using var folder = new TemporaryFolder();
        var path = folder.Write("a", RawSafetensors.File(Sound, 12));

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        using (var file = SafetensorsFile.Open(path, mapFrom: 0)) Assert.True(file.IsMapped);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherWrite);
        using (var file = SafetensorsFile.Open(path, mapFrom: 0)) Assert.False(file.IsMapped);
    }

    private static string Refusal(byte[] content)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("hostile.safetensors", content);
        var error = Assert.Throws<FileException>(() => SafetensorsFile.Open(path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Hint);
        return error.Message;
    }
}
