using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Harvesting.Stores;
using SaeSharp.Lab.Library;
using SaeSharp.Numerics;
using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Tests.Harvesting;

public sealed class StoreTests : IDisposable
{
    private const string Hook = "blocks.1.hook_resid_post";
    private static readonly string[] Hooks = [Hook, "hook_embed", "blocks.0.hook_resid_post", "blocks.2.hook_resid_post"];
    private readonly TemporaryFolder _folder = new();
    private readonly Shelves _shelves = new(Path.Combine(Path.GetTempPath(), "saesharp-none"), 2);

    public void Dispose()
    {
        _shelves.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_store_holds_the_activations_that_training_harvests_and_gives_each_token_once_an_epoch()
    {
        Write("store", StoreType.F32);
        using var harvested = Harvested();
        var expected = Texts(ReadRows.Of(harvested.At(Hook)));
        var stream = Open("store").At(RowLayout.Parse(Hook), 3);
        Assert.Equal(expected, Texts(ReadRows.Of(stream, 0)));
        Assert.Equal(expected, Texts(ReadRows.Of(stream, 1)));
        Assert.NotEqual(ReadRows.Of(stream, 0, 0, 200), ReadRows.Of(stream, 1, 0, 200));
    }

    [Fact]
    public void Kept_as_bf16_each_number_is_rounded_once()
    {
        Write("store", StoreType.Bf16);
        using var harvested = Harvested();
        var expected = ReadRows.Of(harvested.At(Hook)).Select(row => row.Select(value => BFloat16.FromSingle(value).ToSingle()).ToArray());
        Assert.Equal(Texts(expected), Texts(ReadRows.Of(Open("store").At(RowLayout.Parse(Hook), 3))));
    }

    [Theory]
    [InlineData($"{Hook}@-1+{Hook}", WindowKind.Document)]
    [InlineData($"{Hook}+hook_embed+{Hook}@2", WindowKind.Packed)]
    public void Rows_of_several_things_are_those_that_are_harvested(string layout, WindowKind kind)
    {
        Write("store", StoreType.F32, kind);
        using var harvested = Harvested(kind);
        Assert.Equal(Texts(ReadRows.Of(harvested.At(RowLayout.Parse(layout)))), Texts(ReadRows.Of(Open("store").At(RowLayout.Parse(layout), 3))));
    }

    [Fact]
    public void Batches_can_be_had_by_number()
    {
        Write("store", StoreType.Bf16);
        var whole = new ShuffledBuffer(Open("store").At(RowLayout.Parse(string.Join('+', Hooks)), 3), 64, 1, 9, DType.BF16);
        var last = new ShuffledBuffer(Open("store").At(RowLayout.Parse(string.Join('+', Hooks)), 3), 64, 1, 9, DType.BF16);
        var (a, b) = (Tensor.Zeros(DType.F32, 64, whole.DIn), Tensor.Zeros(DType.F32, 64, whole.DIn));
        Assert.True(whole.Capacity < whole.TokensPerEpoch);
        for (var batch = 0; batch <= 70; batch++) whole.Fill(batch, a, default);
        last.Fill(70, b, default);
        Assert.Equal(a.Span<float>().ToArray(), b.Span<float>().ToArray());
    }

    [Fact]
    public void A_run_that_was_stopped_goes_on_and_ends_with_the_same_files()
    {
        Write("whole", StoreType.Bf16);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Writer("parts", StoreType.Bf16).Run(new StopAfterAShard(_folder["parts"], stop), stop.Token));
        Assert.Contains("not finished", Assert.Throws<StoreException>(() => Open("parts")).Message, StringComparison.Ordinal);

        var summary = Write("parts", StoreType.Bf16);
        Assert.InRange(summary.Kept, 1, summary.Shards - 1);
        RequireSameFiles();
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("cut")]
    [InlineData("missing")]
    [InlineData("another")]
    public void A_damaged_shard_is_named_and_the_same_command_mends_it(string how)
    {
        Write("whole", StoreType.Bf16);
        Write("parts", StoreType.Bf16);
        var shard = Path.Combine(_folder["parts"], "activations-00001.safetensors");
        var bytes = File.ReadAllBytes(shard);
        if (how == "changed") bytes[^5] ^= 1;
        File.Delete(shard);
        if (how == "another") File.Copy(Path.Combine(_folder["parts"], "activations-00000.safetensors"), shard);
        else if (how != "missing") File.WriteAllBytes(shard, how == "cut" ? bytes[..^9] : bytes);

        var error = Assert.Throws<StoreException>(() => ReadRows.Of(Open("parts").At(RowLayout.Parse(Hook), 0)));
        Assert.Contains(shard, error.Message, StringComparison.Ordinal);
        Assert.Contains("once more", error.Hint, StringComparison.Ordinal);
        Assert.Equal(1, Write("parts", StoreType.Bf16) is var mended ? mended.Shards - mended.Kept : 0);
        RequireSameFiles();
    }

    [Fact]
    public void Another_command_does_not_touch_a_store()
    {
        Write("store", StoreType.Bf16);
        Assert.Contains("dtype \"bf16\"", Assert.Throws<StoreException>(() => Write("store", StoreType.F32)).Message, StringComparison.Ordinal);
        Assert.Contains("hooks", Assert.Throws<StoreException>(() => new StoreWriter(_folder["store"], Model, Corpus, [Hook], StoreType.Bf16, 1).Run(null, default)).Message, StringComparison.Ordinal);
        Assert.Throws<StoreException>(() => new StoreWriter(_folder["store"], Model, Corpus, Hooks, StoreType.Bf16, 2).Run(null, default));
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(_folder["full"]).FullName, "letter.txt"), "mine");
        Assert.Contains("other things", Assert.Throws<StoreException>(() => Write("full", StoreType.Bf16)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hook_that_is_not_there_is_told_with_its_nearest()
    {
        Write("store", StoreType.Bf16);
        Assert.Contains(Hook, Assert.Throws<StoreException>(() => Open("store").At(RowLayout.Parse("blocks.1.hook_resid_pst"), 0)).Hint, StringComparison.Ordinal);
        Assert.Throws<StoreException>(() => ActivationStore.Open(_folder["nothing"]));
    }

    [Fact]
    public async Task A_damaged_index_is_refused_by_a_typed_error()
    {
        Write("store", StoreType.Bf16);
        var index = File.ReadAllBytes(Path.Combine(_folder["store"], StoreIndex.FileName));
        await MutantRun.RequireTyped("", (random, mutator) => mutator.Damage(index), mutant =>
        {
            File.Copy(mutant, Path.Combine(_folder["store"], StoreIndex.FileName), overwrite: true);
            try
            {
                Open("store").At(RowLayout.Parse(Hook), 0);
                return true;
            }
            catch (SaeSharpException)
            {
                return false;
            }
        });
    }

    private static CorpusOptions Corpus => TinyWorkspace.Corpus with { Context = 48 };

    private LanguageModel Model => _shelves.Models.Get(TinyWorkspace.Model);

    private StoreWriter Writer(string name, StoreType type, WindowKind kind = WindowKind.Document) => new(_folder[name], Model, Corpus with { Window = kind }, Hooks, type, 1);

    private StoreSummary Write(string name, StoreType type, WindowKind kind = WindowKind.Document) => Writer(name, type, kind).Run(null, default);

    private ActivationStore Open(string name) => ActivationStore.Open(_folder[name]);

    private CorpusActivations Harvested(WindowKind kind = WindowKind.Document) =>
        CorpusActivations.Open(Model, Lab.Harvesting.Corpus.Read(Corpus with { Window = kind }, Model), [], 3, 0, null, default);

    private static List<string> Texts(IEnumerable<float[]> rows) => [.. rows.Select(row => string.Join(' ', row)).Order(StringComparer.Ordinal)];

    private void RequireSameFiles()
    {
        Assert.Equal(Directory.GetFiles(_folder["whole"]).Select(Path.GetFileName).Order(), Directory.GetFiles(_folder["parts"]).Select(Path.GetFileName).Order());
        foreach (var file in Directory.GetFiles(_folder["whole"])) Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(_folder["parts"], Path.GetFileName(file))));
    }

    /// <summary>Cancels as soon as a shard is whole.</summary>
    private sealed class StopAfterAShard(string folder, CancellationTokenSource stop) : IProgress<Progress>
    {
        public void Report(Progress value)
        {
            if (File.Exists(Path.Combine(folder, StoreIndex.FileName))) stop.Cancel();
        }
    }
}
