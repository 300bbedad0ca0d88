using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Harvesting.Stores;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Lab.Tests.Harvesting;

/// <summary>Activations kept as the codes of an SAE.</summary>
[Collection(typeof(TinyWorkspaceTests))]
public sealed class CodedStoreTests : IDisposable
{
    private const string Hook = "blocks.1.hook_resid_post";
    private static readonly string[] Hooks = [Hook, "hook_embed"];
    private readonly TemporaryFolder _folder = new();
    private readonly TinyWorkspace _tiny;
    private readonly Shelves _shelves;

    public CodedStoreTests(TinyWorkspace tiny) => (_tiny, _shelves) = (tiny, new(tiny.Home, 2));

    public void Dispose()
    {
        _shelves.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void It_gives_back_the_reconstruction_and_the_nearer_the_activation_the_more_bits_the_residual_has()
    {
        Writer("plain", null, 0).Run(null, default);
        var plain = Rows("plain", Hook);
        var x = Tensor.Of(plain.SelectMany(row => row).ToArray(), plain.Count, plain[0].Length);
        var reconstructed = Sae.Sae.Reconstruct(x);
        var (errors, bytes) = (new List<double>(), new List<double>());
        foreach (var bits in new[] { 0, 4, 8 })
        {
            var codes = Writer($"coded{bits}", Sae, bits).Run(null, default).Hooks[0].Codes!;
            var rows = Rows($"coded{bits}", Hook);
            errors.Add(Distance(plain, rows));
            bytes.Add(codes.BitsPerToken);
            Assert.Equal(32.0 * x.Columns / codes.BitsPerToken, codes.Ratio, 1e-9);
            Assert.True(codes.CeStored >= codes.CeOriginal - 0.05 && codes.Fvu < 1);
            if (bits == 0) Assert.InRange(Distance([.. Enumerable.Range(0, x.RowCount).Select(row => reconstructed.Row<float>(row).ToArray())], rows), 0, 1e-5 * Distance(plain, [.. plain.Select(row => new float[row.Length])]));
        }
        Assert.InRange(errors[1], 0, 0.04 * errors[0]);
        Assert.InRange(errors[2], 0, 2e-4 * errors[0]);
        Assert.True(bytes[0] < bytes[1] && bytes[1] < bytes[2]);
        Assert.Equal(Rows("plain", "hook_embed"), Rows("coded0", "hook_embed"));
    }

    [Fact]
    public void Rows_of_several_things_are_those_of_a_plain_store()
    {
        Writer("plain", null, 0).Run(null, default);
        Writer("coded", Sae, 8).Run(null, default);
        var layout = $"{Hook}@-1+hook_embed+{Hook}@2";
        var (plain, coded) = (Rows("plain", layout), Rows("coded", layout));
        Assert.Equal(plain.Count, coded.Count);
        Assert.InRange(Distance(plain, coded), 0, 1e-4 * Distance(plain, [.. plain.Select(row => new float[row.Length])]));
    }

    [Fact]
    public async Task Training_on_one_comes_to_the_error_of_training_on_the_activations()
    {
        var texts = new Lab.Reading.ActivationsRequest { Model = TinyWorkspace.Model, Texts = TinyWorkspace.Corpus.Texts, Context = 64, Hooks = [Hook], Out = _folder["plain"] };
        await _tiny.Workspace.Activations(texts);
        await _tiny.Workspace.Activations(texts with { Out = _folder["coded"], Coder = [TinyWorkspace.Sae], ResidualBits = 8 });
        var training = TinyWorkspace.Training with { Corpus = new(), BufferMiB = 4 };
        var plain = await _tiny.Workspace.Train(training with { Activations = _folder["plain"], Out = _folder["on-plain"] });
        var coded = await _tiny.Workspace.Train(training with { Activations = _folder["coded"], Out = _folder["on-coded"] });
        Assert.Equal(plain.Saes[0].Fvu, coded.Saes[0].Fvu, 0.01);
    }

    [Fact]
    public void The_same_command_keeps_what_is_there_and_another_coder_is_another_store()
    {
        var first = Writer("coded", Sae, 4).Run(null, default);
        Assert.Equal(first.Shards, Writer("coded", Sae, 4).Run(null, default).Kept);
        Assert.Contains("hooks", Assert.Throws<StoreException>(() => Writer("coded", Sae, 8).Run(null, default)).Message, StringComparison.Ordinal);
        Assert.Contains("version", Assert.Throws<StoreException>(() => Writer("coded", null, 0).Run(null, default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_coder_that_reads_no_stored_hook_or_a_residual_of_other_bits_is_refused()
    {
        Assert.Contains("which the store does not hold", Assert.Throws<OptionException>(() => Writer("coded", _shelves.Saes.Get(TinyWorkspace.Later), 0)).Message, StringComparison.Ordinal);
        Assert.Contains("expected 0, 4 or 8", Assert.Throws<OptionException>(() => Writer("coded", Sae, 3)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cfg.json")]
    [InlineData("sae_weights.safetensors")]
    public void A_damaged_copy_of_the_coder_is_named(string file)
    {
        Writer("coded", Sae, 0).Run(null, default);
        var path = Path.Combine(_folder["coded"], "coder-00", file);
        var bytes = File.ReadAllBytes(path);
        bytes[^2] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains(path, Assert.Throws<StoreException>(() => Open("coded")).Message, StringComparison.Ordinal);
        File.Delete(path);
        Assert.Contains("missing", Assert.Throws<StoreException>(() => Open("coded")).Message, StringComparison.Ordinal);
        Writer("coded", Sae, 0).Run(null, default);
        Open("coded");
    }

    [Theory]
    [InlineData("starts", 1, int.MaxValue)]
    [InlineData("starts", 1, -1)]
    [InlineData("starts", -1, int.MaxValue)]
    [InlineData("starts", -1, -7)]
    [InlineData("entries", 0, -1)]
    [InlineData("entries", 0, 96 << 12)]
    public void Entries_that_lead_outside_are_refused_though_every_checksum_is_right(string tensor, int place, int value)
    {
        Writer("coded", Sae, 4).Run(null, default);
        var index = StoreIndex.Read(_folder["coded"]);
        var path = Path.Combine(_folder["coded"], index.Shards[0].File);
        var tensors = new List<(string, Tensor)>();
        using (var file = SafetensorsFile.Open(path))
        {
            foreach (var name in file.Names) tensors.Add((name, file.Read(name).Clone()));
        }
        var changed = tensors.Single(one => one.Item1 == $"{Hook}.{tensor}").Item2.Span<int>();
        changed[place < 0 ? changed.Length + place : place] = value;
        SafetensorsWriter.Write(path, tensors);
        var shard = index.Shards[0] with { Bytes = new FileInfo(path).Length, Xxh3 = ShardChecksum.OfFile(path) };
        (index with { Shards = [shard, .. index.Shards.Skip(1)] }).Write(_folder["coded"]);
        Assert.ThrowsAny<SaeSharpException>(() => Rows("coded", Hook));
    }

    private LoadedSae Sae => _shelves.Saes.Get(TinyWorkspace.Sae);

    private StoreWriter Writer(string name, LoadedSae? coder, int bits) =>
        new(_folder[name], _shelves.Models.Get(TinyWorkspace.Model), TinyWorkspace.Corpus with { Context = 48 }, Hooks, StoreType.F32, 1, coder is null ? [] : [coder], bits);

    private ActivationStore Open(string name) => ActivationStore.Open(_folder[name], _shelves.Backend);

    private List<float[]> Rows(string name, string layout) => [.. ReadRows.Of(Open(name).At(RowLayout.Parse(layout), 3))];

    private static double Distance(IReadOnlyList<float[]> a, IReadOnlyList<float[]> b) => a.Zip(b, (one, other) => one.Zip(other, (x, y) => (double)(x - y) * (x - y)).Sum()).Sum();
}
