using SaeSharp.Numerics.Files;

namespace SaeSharp.Numerics.Tests.Files;

public class NumpyRefusals
{
    /// <summary>The text of a header and how many bytes follow, and a word of the error that names the reason.</summary>
    public static TheoryData<string, int, string> Headers => new()
    {
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 11, "reaches to byte 12" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 13, "13 follow" },
        { "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", 12, "'|O'" },
        { "{'descr': '<c8', 'fortran_order': False, 'shape': (3,), }", 24, "'<c8'" },
        { "{'descr': '|f4', 'fortran_order': False, 'shape': (3,), }", 12, "'|f4'" },
        { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }", 12, "one plain type" },
        { "{'descr': '<f4', 'fortran_order': 0, 'shape': (3,), }", 12, "neither True nor False" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3), }", 12, "expected a tuple" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': [3], }", 12, "expected '('" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,), }", 12, "no whole number" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3.0,), }", 12, "expected a tuple" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2*3,), }", 24, "expected" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", 0, "no whole number" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 0, "overflow 64 bits" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,), }", 0, "overflow 64 bits" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': ((3,),), }", 12, "no whole number" },
        { "{'descr': '<f4', 'fortran_order': False, }", 12, "missing" },
        { "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 12, "given twice" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'x': 1, }", 12, "'x'" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), } 1", 12, "something follows" },
        { "{'descr': __import__('os').name, 'fortran_order': False, 'shape': (3,), }", 12, "text in quotes" },
        { "{'descr': '<\\x66', 'fortran_order': False, 'shape': (3,), }", 12, "escape" },
        { "[1]", 0, "expected '{'" },
        { "{'descr", 0, "no end" },
    };

    [Theory, MemberData(nameof(Headers))]
    public void A_header_that_breaks_the_format_is_refused_with_file_and_reason(string header, int data, string reason) =>
        Assert.Contains(reason, Refusal(RawNumpy.File(header, new byte[data])), StringComparison.Ordinal);

    [Fact]
    public void Magic_version_and_length_are_checked()
    {
        var sound = RawNumpy.Array("<f4", "(1,)", new byte[4]);
        Assert.Contains("does not begin", Refusal([0, .. sound[1..]]), StringComparison.Ordinal);
        Assert.Contains("version is 4.0", Refusal([.. sound[..6], 4, .. sound[7..]]), StringComparison.Ordinal);
        Assert.Contains("65535 bytes, expected at most 10000", Refusal([.. sound[..8], 255, 255, .. sound[10..]]), StringComparison.Ordinal);
        Assert.Contains("are left", Refusal(sound[..40]), StringComparison.Ordinal);
        Assert.Contains("are left", Refusal([]), StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_holds_arrays_only_and_each_once()
    {
        var array = RawNumpy.Array("<f4", "(1,)", new byte[4]);
        Assert.Contains("no .npy", Refusal(RawZip.Of([("a.txt", array)])), StringComparison.Ordinal);
        Assert.Contains("two entries", Refusal(RawZip.Of([("a.npy", array), ("a.npy", array)])), StringComparison.Ordinal);
        Assert.Contains("array 'a'", Refusal(RawZip.Of([("a.npy", [1, 2])])), StringComparison.Ordinal);
        Assert.Contains("of memory", Refusal(RawZip.Of([("a.npy", RawNumpy.Array("<f4", "(15000000,)", new byte[60_000_000]))], deflated: true)), StringComparison.Ordinal);
    }

    private static string Refusal(byte[] content)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("hostile.npy", content);
        var error = Assert.Throws<FileException>(() => NumpyFile.Open(path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Hint);
        return error.Message;
    }
}
