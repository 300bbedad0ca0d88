using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Files;

public class GgufRefusals
{
    private static readonly byte[] Floats = new byte[24];

    [Fact]
    public void A_header_that_breaks_the_format_is_refused_with_file_and_reason()
    {
        var sound = RawGguf.File(new Dictionary<string, object> { ["a"] = 1 }, [new("w", RawGguf.F32, [2, 3], Floats)]);
        Assert.Contains("does not begin with GGUF", Refusal([0, .. sound[1..]]), StringComparison.Ordinal);
        Assert.Contains("version is 1,", Refusal(Changed(sound, 4, 1)), StringComparison.Ordinal);
        Assert.Contains("big-endian", Refusal([.. sound[..4], 0, 0, 0, 3, .. sound[8..]]), StringComparison.Ordinal);
        Assert.Contains("beyond 2^63", Refusal(Changed(sound, 8, -1)), StringComparison.Ordinal);
        Assert.Contains("header, byte", Refusal(Changed(sound, 8, 1L << 60)), StringComparison.Ordinal);
        Assert.Contains("byte", Refusal(Changed(sound, 16, 1L << 60)), StringComparison.Ordinal);
        Assert.Contains("64 bytes, of which", Refusal([.. sound, .. new byte[40]]), StringComparison.Ordinal);
        Assert.Contains("reach past", Refusal(sound[..^1]), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_overflow_overlap_or_are_of_an_unknown_type_are_refused()
    {
        Assert.Contains("type 999", Tensor(new RawGguf.Part("w", 999, [6], Floats)), StringComparison.Ordinal);
        Assert.Contains("type 16", Tensor(new RawGguf.Part("w", 16, [256], Floats)), StringComparison.Ordinal);
        Assert.Contains("overflows 64 bits", Tensor(new RawGguf.Part("w", RawGguf.F32, [1L << 33, 1L << 33], Floats)), StringComparison.Ordinal);
        Assert.Contains("multiple of 32", Tensor(new RawGguf.Part("w", RawGguf.Q8_0, [6], Floats)), StringComparison.Ordinal);
        Assert.Contains("5 axes", Tensor(new RawGguf.Part("w", RawGguf.F32, [1, 1, 1, 1, 6], Floats)), StringComparison.Ordinal);
        Assert.Contains("reach past", Tensor(new RawGguf.Part("w", RawGguf.F32, [100], Floats)), StringComparison.Ordinal);
        Assert.Contains("one after another", Tensor(new RawGguf.Part("v", RawGguf.F32, [2], new byte[64]), new RawGguf.Part("w", RawGguf.F32, [6], Floats)), StringComparison.Ordinal);
        Assert.Contains("given twice", Tensor(new RawGguf.Part("w", RawGguf.F32, [6], Floats), new RawGguf.Part("w", RawGguf.F32, [6], Floats)), StringComparison.Ordinal);
    }

    [Theory, InlineData(0), InlineData(-32), InlineData(48), InlineData(1 << 30)]
    public void An_alignment_that_is_no_sensible_power_of_2_is_refused(int alignment) => Assert.Contains(
        $"general.alignment is {alignment}", Refusal(RawGguf.File(new Dictionary<string, object> { ["general.alignment"] = alignment }, [])), StringComparison.Ordinal);

    [Fact]
    public void Arrays_within_arrays_are_refused() =>
        Assert.Contains("no array within an array", Refusal(RawGguf.File(new Dictionary<string, object> { ["a"] = new[] { new[] { 1 } } }, [])), StringComparison.Ordinal);

    [Fact]
    public void A_missing_tensor_is_named_with_its_nearest_neighbour()
    {
        using var folder = new TemporaryFolder();
        using var file = GgufFile.Open(folder.Write("a.gguf", RawGguf.File(new Dictionary<string, object>(), [new("output.weight", RawGguf.F32, [6], Floats)])));
        Assert.Contains("output.weight", Assert.Throws<FileException>(() => file.Read("outputs.weight")).Hint, StringComparison.Ordinal);
    }

    private static byte[] Changed(byte[] file, int at, long value) => [.. file[..at], .. BitConverter.GetBytes(value)[..(at == 4 ? 4 : 8)], .. file[(at + (at == 4 ? 4 : 8))..]];

    private static string Tensor(params RawGguf.Part[] parts) => Refusal(RawGguf.File(new Dictionary<string, object>(), parts));

    private static string Refusal(byte[] content)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("hostile.gguf", content);
        var error = Assert.Throws<FileException>(() => GgufFile.Open(path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Hint);
        return error.Message;
    }
}
