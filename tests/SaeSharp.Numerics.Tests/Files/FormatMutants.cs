using SaeSharp.Numerics.Files;
using SaeSharp.Numerics.Files.Gguf;

namespace SaeSharp.Numerics.Tests.Files;

/// <summary>Thousands of damaged torch, NumPy and GGUF files.</summary>
public class FormatMutants
{
    private static readonly byte[] Floats = [.. Enumerable.Range(0, 24).SelectMany(i => BitConverter.GetBytes(i * 0.5f))];

    private static readonly RawTorch.Part[] Parts =
        [new("encoder.weight", "FloatStorage", 4, [4, 6], Floats), new("steps", "LongStorage", 8, [3], Floats[..24]), new("mask", "BoolStorage", 1, [2], [0, 1]), new("bytes", "ByteStorage", 1, [2, 2], [1, 2, 3, 4])];

    [Fact]
    public Task Every_damaged_torch_archive_is_refused_or_sound() => MutantRun.RequireTyped(".pt", (random, mutator) =>
    {
        var entries = RawTorch.Entries(Parts);
        if (random.Next(2) == 0) return mutator.Damage(RawZip.Of(entries));
        var i = random.Next(3) > 0 ? 0 : random.Next(entries.Length); // the archive is sound, an entry is not
        if (random.Next(6) == 0) entries[i].Name = random.Next(2) == 0 ? "../x" : "archive/data/0";
        else entries[i].Content = mutator.Damage(entries[i].Content);
        return RawZip.Of(entries, deflated: random.Next(2) == 0);
    }, LoadsTorch);

    [Fact]
    public Task Every_damaged_legacy_torch_file_is_refused_or_sound() => MutantRun.RequireTyped(".pt", (_, mutator) => mutator.Damage(RawTorch.Legacy(Parts)), LoadsTorch);

    [Fact]
    public Task Every_damaged_array_is_refused_or_sound() => MutantRun.RequireTyped(".npy", (random, mutator) => mutator.Damage(RawNumpy.Array(random.Next(2) == 0 ? "<f4" : ">f4", "(4, 6)", Floats, fortran: random.Next(2) == 0)), LoadsNumpy);

    [Fact]
    public Task Every_damaged_archive_of_arrays_is_refused_or_sound() => MutantRun.RequireTyped(".npz", (random, mutator) =>
    {
        (string, byte[])[] entries = [("W_enc.npy", RawNumpy.Array("<f4", "(4, 6)", Floats)), ("b.npy", RawNumpy.Array("<f2", "(12,)", Floats[..24]))];
        if (random.Next(2) == 0) return mutator.Damage(RawZip.Of(entries, deflated: random.Next(2) == 0));
        entries[0].Item2 = mutator.Damage(entries[0].Item2);
        return RawZip.Of(entries, deflated: random.Next(2) == 0);
    }, LoadsNumpy);

    [Fact]
    public Task Every_damaged_GGUF_is_refused_or_sound()
    {
        var file = RawGguf.File(
            new Dictionary<string, object> { ["general.architecture"] = "llama", ["llama.block_count"] = 1, ["llama.rope.freq_base"] = 1e4f, ["x.flag"] = true, ["tokenizer.ggml.tokens"] = new[] { "a", "bc", "" }, ["x.ids"] = new[] { 1, 2, 3 } },
            [new("token_embd.weight", RawGguf.F32, [4, 6], Floats), new("blk.0.attn_q.weight", RawGguf.Q8_0, [1, 32], Floats[..34]), new("h", RawGguf.F16, [3], Floats[..6])]);
        return MutantRun.RequireTyped(".gguf", (_, mutator) => mutator.Damage(file), path => Loads(path, () =>
        {
            using var opened = GgufFile.Open(path);
            foreach (var name in opened.Names) Touch(opened.Read(name));
            foreach (var value in opened.Metadata.Values.OfType<GgufValue.Array>()) Assert.Equal(value.Count, value.Items().LongCount());
        }));
    }

    private static bool LoadsTorch(string path) => Loads(path, () =>
    {
        using var file = TorchFile.Open(path);
        foreach (var tensor in PickleTrees.Tensors(file.Root)) Touch(tensor.Value.Read());
    });

    private static bool LoadsNumpy(string path) => Loads(path, () =>
    {
        using var file = NumpyFile.Open(path);
        foreach (var name in file.Names) Touch(file.Read(name));
    });

    private static bool Loads(string path, Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (FileException error)
        {
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private static void Touch(Tensor tensor)
    {
        var sum = 0L;
        foreach (var value in tensor.RawBytes()) sum += value;
        Assert.InRange(sum, 0, 255 * tensor.Bytes);
    }
}
