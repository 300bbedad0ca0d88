using System.Text;
using CsCheck;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Files;

public class StrictJsonTests
{
    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"b":[{"a":1,"\u0061":2}]}""")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"\udc00x":1}""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a":1}//""")]
    [InlineData("""{"a":NaN}""")]
    [InlineData("""{"a":1} {}""")]
    [InlineData("""{"a":01}""")]
    [InlineData("{\"a\":\"\n\"}")]
    [InlineData("")]
    [InlineData("{")]
    public void What_is_not_strict_JSON_is_refused_with_the_name_of_the_file(string json) =>
        Assert.StartsWith("some.json: ", Assert.Throws<FileException>(() => StrictJson.Parse(Encoding.UTF8.GetBytes(json), "some.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused() =>
        Assert.Throws<FileException>(() => StrictJson.Parse(new byte[] { (byte)'"', 0xFF, (byte)'"' }, "some.json"));

    [Fact]
    public void Nesting_is_read_to_64_levels_and_refused_from_65_on() => Gen.Int[1, 200].Sample(depth =>
    {
        var json = Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));
        if (depth <= StrictJson.MaxDepth) StrictJson.Parse(json, "deep.json");
        else Assert.Throws<FileException>(() => StrictJson.Parse(json, "deep.json"));
    });

    [Fact]
    public void Escaped_pairs_and_a_byte_order_mark_are_read()
    {
        var root = StrictJson.Parse(Encoding.UTF8.GetBytes("\uFEFF{\"a\":\"\\ud83d\\ude42\"}"), "some.json");
        Assert.Equal("🙂", root.GetProperty("a").GetString());
    }

    [Fact]
    public void A_missing_file_is_a_typed_error() =>
        Assert.Contains("no file", Assert.Throws<FileException>(() => StrictJson.Read("/none/none.json")).Message, StringComparison.Ordinal);
}
