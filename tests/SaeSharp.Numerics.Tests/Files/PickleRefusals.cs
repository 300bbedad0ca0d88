using SaeSharp.Numerics.Files;
using SaeSharp.Numerics.Files.Pickles;

namespace SaeSharp.Numerics.Tests.Files;

/// <summary>Pickles that ask for more than data, lie or are bombs, each refused with file and fact; and the few odd ones that are data.</summary>
public class PickleRefusals
{
    private static readonly byte[] Empty = [(byte)'}'];

    /// <summary>The steps of a pickle, and a word of the error that names the reason.</summary>
    public static TheoryData<byte[], string> Steps => new()
    {
        { [.. RawTorch.Global("os", "system"), .. RawTorch.Tuple(RawTorch.Text("true")), (byte)'R'], "os.system" },
        { [.. RawTorch.Global("builtins", "eval"), (byte)'0', .. Empty], "builtins.eval" },
        { [.. RawTorch.Global("torch", "relu")], "torch.relu" },
        { [.. RawTorch.Global("builtins", "set"), .. RawTorch.Tuple([(byte)']']), (byte)'R'], "builtins.set" },
        { [.. RawTorch.Global("collections", "OrderedDict")], "itself as a value" },
        { [.. RawTorch.Text("os"), .. RawTorch.Text("system"), 0x93], "os.system" },
        { [.. RawTorch.Global("a\u001b[31mb", "c")], "a?[31mb.c" },
        { [(byte)'(', .. "ios\nsystem\n"u8], "INST" },
        { [(byte)'(', (byte)'o'], "OBJ" },
        { [.. Empty, (byte)')', 0x81], "NEWOBJ" },
        { [0x82, 1], "EXT1" },
        { [0x8F], "EMPTYSET" },
        { [(byte)'I', .. "1\n"u8], "INT" },
        { [0xF0], "0xF0 is no opcode" },
        { [.. RawTorch.Text("x"), .. RawTorch.Tuple(), (byte)'R'], "REDUCE calls a Text" },
        { [.. RawTorch.Global("torch", "Size"), .. RawTorch.Text("x"), (byte)'R'], "expected a tuple" },
        { [.. RawTorch.Global("torch", "Size"), .. RawTorch.Tuple(RawTorch.Text("x")), (byte)'R'], "expected other arguments" },
        { [.. Tensor(), .. Empty, (byte)'b'], "BUILD sets a Dictionary on a Tensor" },
        { [.. Empty, .. Empty, .. RawTorch.Text("x"), .. RawTorch.Number(1), (byte)'s', (byte)'b'], "BUILD" },
        { [.. RawTorch.Text("storage"), (byte)'Q'], "persistent id" },
        { [.. Tensor(storage: "WeirdStorage")], "torch.WeirdStorage" },
        { [.. Tensor(key: "../data/0")], "no storage" },
        { [.. Tensor(key: "1")], "no storage '1'" },
        { [.. Tensor(elements: 5)], "said to have 5 elements" },
        { [.. Tensor(elements: 1L << 61)], "elements of 4 bytes" },
        { [.. Tensor(elements: -1)], "expected 0 to 2^63" },
        { [.. Tensor(storage: "HalfStorage", elements: 12, shape: [12])], "two types" },
        { [.. Tensor(offset: 1)], "reaches to byte 28" },
        { [.. Tensor(offset: -1)], "offset is -1" },
        { [.. Tensor(shape: [7])], "reaches to byte 28" },
        { [.. Tensor(shape: [-1])], "size -1" },
        { [.. Tensor(strides: [-1])], "stride -1" },
        { [.. Tensor(strides: [1, 1])], "1 sizes and 2 strides" },
        { [.. Tensor(shape: [1L << 33, 1L << 33], strides: [0, 0])], "overflow 64 bits" },
        { [.. Tensor(shape: [3, 2], strides: [1L << 62, 1])], "overflow 64 bits" },
        { [.. Tensor(shape: [1L << 40], strides: [0])], "more than" },
        { [.. Tensor(shape: [.. Enumerable.Repeat(1L, 65)], strides: [.. Enumerable.Repeat(1L, 65)])], "axes" },
        { [.. Enumerable.Repeat((byte)'(', 1_001)], "1000 open marks" },
        { [(byte)')', .. Enumerable.Repeat((byte)0x85, 100_000)], "64 levels deep" },
        { [.. Enumerable.Repeat((byte)']', 70), .. Enumerable.Repeat((byte)'a', 69)], "64 levels deep" },
        { [(byte)']', (byte)'q', 0, (byte)'h', 0, (byte)'a'], "holds itself" },
        { [.. Empty, (byte)'q', 0, .. RawTorch.Text("x"), (byte)'h', 0, (byte)'s'], "holds itself" },
        { [(byte)'(', (byte)']', .. Enumerable.Range(0, 60).SelectMany(i => (byte[])[(byte)'q', (byte)i, (byte)'(', (byte)'h', (byte)i, (byte)'h', (byte)i, (byte)'l']), (byte)'t'], "written out" },
        { [(byte)']', (byte)'r', 0xFF, 0xFF, 0xFF, 0xFF], "memo slot 4294967295" },
        { [(byte)'h', 5], "memo slot 5" },
        { [0x8B, 0xFF, 0xFF, 0xFF, 0x7F], "LONG4 takes 2147483647 bytes" },
        { [0x8B, 0xFF, 0xFF, 0xFF, 0xFF], "LONG4" },
        { [0x8B, 0, 8, 0, 0, .. new byte[2_048]], "2048 bytes, expected at most 1024" },
        { [(byte)'X', 0xFF, 0xFF, 0xFF, 0xFF], "BINUNICODE takes 4294967295 bytes" },
        { [0x8D, 0, 0, 0, 0, 0, 0, 0, 0x80], "beyond 2^63" },
        { [0x95, 0, 0, 0, 0, 0, 0, 0, 0x40, .. Empty], "a frame is said" },
        { [(byte)'X', 2, 0, 0, 0, 0xFF, 0xFE], "not UTF-8" },
        { [.. Empty, (byte)']', .. RawTorch.Number(1), (byte)'s'], "a List is a key" },
        { [.. Empty, (byte)'(', .. RawTorch.Text("x"), (byte)'u'], "key without a value" },
        { [.. Empty, .. RawTorch.Text(new('x', 4_097)), (byte)'N', (byte)'s'], "4097 letters" },
        { [.. Empty, .. RawTorch.Tuple(RawTorch.Text(new('x', 4_000)), RawTorch.Text(new('x', 95))), (byte)'N', (byte)'s'], "4097 letters" },
        { [.. Empty, .. RawTorch.Text("x"), (byte)'N', (byte)'s', .. RawTorch.Text("x"), (byte)'N', (byte)'s'], "'x' is given twice" },
        { [(byte)'s'], "empty stack" },
        { [.. Empty, (byte)'(', (byte)'s'], "empty stack" },
        { [.. Empty, (byte)'t'], "a mark that was never set" },
        { [.. Empty, .. Empty], "2 values" },
        { [.. Empty, (byte)'('], "1 marks" },
        { [], "0 values" },
        { [(byte)'N', (byte)'.', (byte)'N'], "2 bytes follow" },
        { [.. RawTorch.Global("_codecs", "encode"), .. RawTorch.Tuple(RawTorch.Text("\u0100"), RawTorch.Text("latin1")), (byte)'R'], "latin-1" },
        { [.. RawTorch.Global("_codecs", "encode"), .. RawTorch.Tuple(RawTorch.Text("x"), RawTorch.Text("rot13")), (byte)'R'], "other arguments" },
        { [(byte)'c', .. Enumerable.Repeat((byte)'a', 300)], "does not end within 200 bytes" },
    };

    [Theory, MemberData(nameof(Steps))]
    public void What_is_not_plain_data_is_refused_with_file_and_reason(byte[] steps, string reason)
    {
        var both = reason == "two types" ? [(byte)'(', .. Tensor(), .. steps, (byte)'t'] : steps;
        var error = Refusal(RawTorch.Archive([Part], RawTorch.Pickle(both)));
        Assert.True(error.Contains(reason, StringComparison.Ordinal), $"'{error}' does not say '{reason}'");
    }

    [Fact]
    public void Lists_that_take_more_memory_than_the_file_may_cost_are_refused() =>
        Assert.Contains("of memory", Refusal(RawTorch.Archive([], RawTorch.Pickle([(byte)']', .. Enumerable.Range(0, 400).SelectMany(_ => (byte[])[(byte)'(', .. Enumerable.Repeat((byte)']', 1_000), (byte)'e'])]))), StringComparison.Ordinal);

    [Fact]
    public void Devices_named_after_one_long_text_do_not_take_its_length_each()
    {
        byte[] device = [(byte)'h', 0, (byte)'h', 1, .. RawTorch.Number(0), 0x86, (byte)'R'];
        byte[] steps = [.. RawTorch.Global("torch", "device"), (byte)'q', 0, (byte)'0', .. RawTorch.Text(new('x', 1 << 20)), (byte)'q', 1, (byte)'0', (byte)'(', .. Enumerable.Repeat(device, 2_000).SelectMany(step => step), (byte)'t'];
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var folder = new TemporaryFolder();
        using (TorchFile.Open(folder.Write("a.pt", RawTorch.Archive([], RawTorch.Pickle(steps))))) { }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256L << 20);
    }

    [Theory, InlineData((byte)1), InlineData((byte)6), InlineData((byte)99)]
    public void Other_protocols_are_refused(byte protocol) => Assert.Contains($"protocol is {protocol}", Refusal(RawTorch.Archive([], [0x80, protocol, .. Empty, (byte)'.'])), StringComparison.Ordinal);

    [Fact]
    public void An_archive_must_be_one_folder_with_one_pickle_and_sound_records()
    {
        var entries = RawTorch.Entries([Part]);
        Assert.Contains("outside the folder", Refusal(RawZip.Of([.. entries, ("other/x", [1])])), StringComparison.Ordinal);
        Assert.Contains("2 entries data.pkl", Refusal(RawZip.Of([.. entries, ("other/data.pkl", [1])])), StringComparison.Ordinal);
        Assert.Contains("0 entries data.pkl", Refusal(RawZip.Of(entries[1..])), StringComparison.Ordinal);
        Assert.Contains("two entries", Refusal(RawZip.Of([.. entries, entries[2]])), StringComparison.Ordinal);
        Assert.Contains("name within the archive", Refusal(RawZip.Of([.. entries, ("archive/../../x", [1])])), StringComparison.Ordinal);
        Assert.Contains("byteorder", Refusal(RawZip.Of([entries[0], ("archive/byteorder", "middle"u8.ToArray()), .. entries[2..]])), StringComparison.Ordinal);
        var damaged = RawZip.Of(entries);
        damaged[damaged.AsSpan().IndexOf(Part.Data) + 5] ^= 1;
        Assert.Contains("CRC-32", Refusal(damaged), StringComparison.Ordinal);
        Assert.Contains("of memory", Refusal(RawZip.Of([.. entries, ("archive/x", new byte[60 << 20])], deflated: true)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_legacy_file_must_hold_each_storage_once_to_its_end()
    {
        var file = RawTorch.Legacy([Part]);
        Assert.Contains("reach past", Refusal(file[..^1]), StringComparison.Ordinal);
        Assert.Contains("1 bytes follow the last storage", Refusal([.. file, 0]), StringComparison.Ordinal);
        Assert.Contains("os.system", Refusal(RawTorch.Legacy([Part], RawTorch.Pickle(RawTorch.Global("os", "system")))), StringComparison.Ordinal);
        Assert.Contains("name 0 of 1", Refusal([.. RawTorch.Legacy([], RawTorch.Pickle(Tensor(legacy: true)))]), StringComparison.Ordinal);
        Assert.Contains("no tensor uses it", Refusal(RawTorch.Legacy([Part], RawTorch.Pickle(Empty))), StringComparison.Ordinal);
        Assert.Contains("bare pickle", Refusal(RawTorch.Pickle(Empty)), StringComparison.Ordinal);
        Assert.Contains("neither like a zip", Refusal("ustar"u8.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Attributes_of_a_state_dict_and_pairs_of_an_old_one_are_data()
    {
        byte[] ordered = [.. RawTorch.Global("collections", "OrderedDict"), .. RawTorch.Tuple([(byte)']', .. RawTorch.Tuple(RawTorch.Text("w"), Tensor()), (byte)'a']), (byte)'R'];
        byte[] metadata = [.. Empty, .. RawTorch.Text("_metadata"), .. Empty, (byte)'s', (byte)'b'];
        using var folder = new TemporaryFolder();
        using var file = TorchFile.Open(folder.Write("a.pt", RawTorch.Archive([Part], RawTorch.Pickle([.. ordered, .. metadata]))));

        var root = Assert.IsType<PickleValue.Dictionary>(file.Root);
        Assert.Equal([0f, 1, 2, 3, 4, 5], Assert.IsType<PickleValue.Tensor>(root["w"]).Value.Read().Span<float>().ToArray());
        Assert.Null(root["v"]);
    }

    private static RawTorch.Part Part => new("w", "FloatStorage", 4, [6], [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i))]);

    private static byte[] Tensor(string storage = "FloatStorage", string key = "0", long elements = 6, long offset = 0, long[]? shape = null, long[]? strides = null, bool legacy = false) =>
        RawTorch.Tensor(storage, key, elements, offset, shape ?? [6], strides ?? [1], legacy);

    private static string Refusal(byte[] content)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("hostile.pt", content);
        var error = Assert.Throws<FileException>(() =>
        {
            using var file = TorchFile.Open(path);
        });
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Hint);
        return error.Message;
    }
}
