using System.Security.Cryptography;
using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Indexing;

namespace SaeSharp.Lab.Tests.Indexing;

/// <summary>An index that grew, or was put together, is the index of all its text.</summary>
[Collection(typeof(TinyWorkspaceTests))]
public sealed class MergeTests(TinyWorkspace tiny) : IDisposable
{
    private readonly IndexHome _home = new(tiny);

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Parts_merged_are_byte_for_byte_the_index_of_all_the_text()
    {
        string[] files = [_home.Part(0, 7), _home.Part(7, 8), _home.Part(8, 40)];
        var whole = await _home.Index(string.Join('\n', files));
        var parts = new List<string>();
        foreach (var file in files) parts.Add((await _home.Index(file)).Name);
        var merged = await _home.Merge([.. parts]);

        Assert.Equal(Sums(whole), Sums(merged));
        Assert.Equal((whole.Tokens, whole.Documents, whole.Settings, whole.DSae), (merged.Tokens, merged.Documents, merged.Settings, merged.DSae));
        Assert.Equal(files.Length, merged.Parts!.Count);
    }

    [Fact]
    public async Task Text_added_gives_the_index_of_all_the_text_in_place_of_the_old_one()
    {
        var (first, second, third) = (_home.Part(40, 55), _home.Part(55, 57), _home.Part(57, 70));
        var whole = await _home.Index($"{first}\n{second}\n{third}");
        var old = await _home.Index(first);
        await _home.Index(second, more: true);
        var grown = await _home.Index(third, more: true);

        Assert.Equal(Sums(whole), Sums(grown));
        Assert.False(Directory.Exists(old.Path));
        var error = await Assert.ThrowsAnyAsync<SaeSharpException>(() => _home.Index(second, more: true));
        Assert.Contains("count twice", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Merged_parts_can_be_merged_again_and_added_to()
    {
        string[] files = [_home.Part(70, 74), _home.Part(74, 80), _home.Part(80, 90), _home.Part(90, 93)];
        var whole = await _home.Index(string.Join('\n', files));
        var (a, b, c) = (await _home.Index(files[0]), await _home.Index(files[1]), await _home.Index(files[2]));
        var front = await _home.Merge(a.Path, b.Path);
        await _home.Merge(front.Name, c.Path);
        Assert.Equal(Sums(whole), Sums(await _home.Index(files[3], more: true)));
    }

    [Fact]
    public async Task Packed_windows_do_not_cross_parts_and_every_firing_is_kept()
    {
        var (first, second) = (await _home.Index(Packed(_home.Part(0, 20))), await _home.Index(Packed(_home.Part(20, 50))));
        var merged = await _home.Merge(first.Name, second.Name);
        Assert.Equal(first.Tokens + second.Tokens, merged.Tokens);
        Assert.Equal(Fired(first).Zip(Fired(second), (x, y) => x + y), Fired(merged));
    }

    [Fact]
    public async Task What_cannot_be_one_index_is_refused_with_both_values()
    {
        var (file, other) = (_home.Part(0, 3), _home.Part(3, 5));
        var part = await _home.Index(file);
        var smaller = await _home.Index(IndexHome.Request(other) with { Top = 7 });
        var later = await _home.Index(IndexHome.Request(other) with { Sae = TinyWorkspace.Later });
        var bare = await _home.Index(IndexHome.Request(other) with { Postings = false, Seed = 9 });

        Assert.Contains("--top is 20 in the first and 7 in the second", await Refusal(part.Name, smaller.Name), StringComparison.Ordinal);
        Assert.Contains($"the SAE's weights is {part.SaeSha256} in the first and {later.SaeSha256} in the second", await Refusal(part.Name, later.Name), StringComparison.Ordinal);
        Assert.Contains("does not keep its firings", await Refusal(part.Name, bare.Name), StringComparison.Ordinal);
        Assert.Contains("count twice", await Refusal(part.Name, part.Name), StringComparison.Ordinal);
        Assert.Contains("expected at least two", await Refusal(part.Name), StringComparison.Ordinal);
        Assert.Contains("no index 'nothing'", await Refusal(part.Name, "nothing"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_part_is_refused_whatever_bit_is_wrong()
    {
        var (first, second) = (await _home.Index(_home.Part(0, 3)), await _home.Index(_home.Part(3, 5)));
        var random = new Random(3);
        foreach (var name in new[] { "postings.parquet", "corpus.parquet" })
        {
            var file = Path.Combine(second.Path, name);
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            for (var i = 0; i < 12; i++)
            {
                var damaged = (byte[])bytes.Clone();
                if (i % 3 == 0) damaged = damaged[..random.Next(damaged.Length)];
                else damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
                await File.WriteAllBytesAsync(file, damaged, TestContext.Current.CancellationToken);
                await Assert.ThrowsAnyAsync<SaeSharpException>(() => _home.Merge(first.Path, second.Path));
            }
            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_forged_part_is_refused_or_read_and_breaks_nothing()
    {
        var (first, second) = (await _home.Index(_home.Part(0, 3)), await _home.Index(_home.Part(3, 5)));
        var (random, info) = (new Random(4), Path.Combine(second.Path, "index.json"));
        var json = await File.ReadAllTextAsync(info, TestContext.Current.CancellationToken);
        foreach (var name in new[] { "postings.parquet", "corpus.parquet" })
        {
            var file = Path.Combine(second.Path, name);
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            for (var i = 0; i < 24; i++)
            {
                var forged = (byte[])bytes.Clone();
                for (var j = 0; j <= i % 4; j++) forged[i % 2 == 0 ? random.Next(forged.Length) : forged.Length - 1 - random.Next(Math.Min(900, forged.Length))] ^= (byte)(1 << random.Next(8));
                await File.WriteAllBytesAsync(file, forged, TestContext.Current.CancellationToken);
                await File.WriteAllTextAsync(info, json.Replace(Sum(bytes), Sum(forged), StringComparison.Ordinal), TestContext.Current.CancellationToken);
                try
                {
                    await _home.Merge(first.Path, second.Path);
                }
                catch (SaeSharpException)
                {
                    // told what is wrong; other bits of a value are another value
                }
            }
            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(info, json, TestContext.Current.CancellationToken);
        }

        static string Sum(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
    }

    [Fact]
    public async Task A_run_stopped_while_it_writes_leaves_the_old_index_as_it_was()
    {
        var old = await _home.Index(_home.Part(5, 12));
        var before = Sums(old);
        using var stop = new CancellationTokenSource();
        var stopper = new Stopper(stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _home.Workspace.Index(IndexHome.Request(_home.Part(12, 20)) with { More = true }, stopper, stop.Token));
        Assert.Equal(before, Sums(old));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_home.Home, "indexes"), "*.saesharp-*"));
    }

    [Fact]
    public async Task Posting_lists_hold_every_firing_once_page_by_page()
    {
        var index = await _home.Index(_home.Part(0, 60));
        for (var feature = 0; feature < index.DSae; feature += 7)
        {
            var page = await _home.Workspace.Feature(new() { Sae = TinyWorkspace.Sae, Feature = feature, Index = index.Name });
            var all = new List<Posting>();
            for (PostingsResult part; (part = await Postings(index, feature, all.Count)).Postings.Count > 0;) all.AddRange(part.Postings);
            Assert.Equal(page.Fired, all.Count);
            Assert.Equal(all.OrderBy(place => place.Window).ThenBy(place => place.Position), all);
            Assert.Equal(all.Count, all.DistinctBy(place => (place.Window, place.Position)).Count());
            if (all.Count == 0) continue;
            Assert.Equal(page.Max, all.Max(place => place.Value));
            Assert.Equal(page.Mean!.Value, all.Average(place => place.Value), 1e-6);
            foreach (var token in page.TopTokens) Assert.Equal(token.Fired, all.Count(place => place.Id == token.Id));
            foreach (var example in page.TopExamples) Assert.Contains(all, place => (place.Document, place.Position, place.Value) == (example.Document, example.Position, example.Value));
        }
    }

    private Task<PostingsResult> Postings(IndexInfo index, int feature, int skip) => _home.Workspace.Postings(new() { Sae = TinyWorkspace.Sae, Feature = feature, Index = index.Name, Skip = skip, Take = 17 });

    private async Task<string> Refusal(params string[] parts) => (await Assert.ThrowsAnyAsync<SaeSharpException>(() => _home.Merge(parts))).Message;

    private static IndexRequest Packed(string texts) => IndexHome.Request(texts) with { Corpus = TinyWorkspace.Corpus with { Texts = texts, Window = WindowKind.Packed } };

    private static Dictionary<string, string> Sums(IndexInfo index) =>
        Directory.EnumerateFiles(index.Path, "*.parquet").ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));

    private static List<long> Fired(IndexInfo index)
    {
        using var open = new FeatureIndex(index);
        return [.. open.Statistics.Fired];
    }

    /// <summary>Stops the run when it begins to write.</summary>
    private sealed class Stopper(CancellationTokenSource stop) : IProgress<Progress>
    {
        public void Report(Progress value)
        {
            if (value.Stage == "reading") stop.Cancel();
        }
    }
}
