using SaeSharp.Lab.Labelling;
using SaeSharp.Lab.Labelling.Storage;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Tests.Labelling;

/// <summary>What holds of what people write, wherever it is kept.</summary>
public abstract class PeopleLaws : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly string _sae;
    private readonly string? _database;
    private readonly Workspace _workspace;

    /// <param name="tiny">The SAE that is written about.</param>
    /// <param name="database">A connection string, or null for the file of a workspace.</param>
    protected PeopleLaws(TinyWorkspace tiny, string? database)
    {
        (_sae, _database) = (Path.Combine(tiny.Home, "saes", TinyWorkspace.Sae), database);
        _workspace = Workspace.Open(_home.Path, 1, database);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _workspace.Dispose();
        _home.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_is_left_out_stays_and_an_empty_text_removes()
    {
        Assert.Empty((await Label(new())).Features);
        Assert.Equal(("one — «é»", "a\nnote", true), Three(await Write(1, "  one — «é» ", "a\nnote", BookmarkChange.Set)));
        Assert.Equal(("two", "a\nnote", true), Three(await Write(1, "two", null)));
        Assert.Equal(("two", null, true), Three(await Write(1, null, "")));
        Assert.Equal((null, null, true), Three(await Write(1, " ", null)));
        await Write(2, "later", null);
        Assert.Equal([2, 1], (await Label(new() { Sae = _sae })).Features.Select(remark => remark.Feature));
        Assert.Null((await Write(1, null, null, BookmarkChange.Remove)).Changed);
        Assert.Equal([2], (await Label(new())).Features.Select(remark => remark.Feature));
    }

    [Fact]
    public async Task Another_program_sees_at_once_what_was_written()
    {
        using var other = Workspace.Open(_home.Path, 1, _database);
        foreach (var name in new[] { "first", "second", "" })
        {
            await Write(3, name, null);
            Assert.Equal(name.Length > 0 ? [name] : [], (await other.Vote(new() { Sae = _sae, Feature = 3 }, cancel: Cancel)).Labels.Select(label => label.Text));
            Assert.Equal(name.Length > 0 ? [name] : [], (await _workspace.Vote(new() { Sae = _sae, Feature = 3 }, cancel: Cancel)).Labels.Select(label => label.Text));
        }
    }

    [Fact]
    public async Task Everybody_has_one_vote_on_a_name_and_another_name_begins_without()
    {
        await Assert.ThrowsAsync<OptionException>(() => Vote(Lab.Labelling.Vote.Up));
        await Write(4, "fish", null);
        Assert.Equal((1, 0, Lab.Labelling.Vote.Up), await Vote(Lab.Labelling.Vote.Up));
        Assert.Equal((1, 0, Lab.Labelling.Vote.Up), await Vote(Lab.Labelling.Vote.Up));
        Assert.Equal((0, 1, Lab.Labelling.Vote.Down), await Vote(Lab.Labelling.Vote.Down));
        using (var people = PeopleDatabase.Of(_home.Path, _database))
        using (var shelves = new Shelves(_home.Path, 1))
            foreach (var voter in new[] { "ada", "bob", "ada" }) new VoteBook(people).Cast(shelves.Saes.Get(_sae), 4, "fish", Lab.Labelling.Vote.Up, voter);
        Assert.Equal((2, 1, Lab.Labelling.Vote.Down), await Vote(null));
        Assert.Equal((2, 0, Lab.Labelling.Vote.None), await Vote(Lab.Labelling.Vote.None));
        await Assert.ThrowsAsync<OptionException>(() => _workspace.Vote(new() { Sae = _sae, Feature = 4, Vote = Lab.Labelling.Vote.Up, Label = "fowl" }, cancel: Cancel));
        await Write(4, "fishes", null);
        Assert.Equal((0, 0, Lab.Labelling.Vote.None), await Vote(null));
        await Write(4, "fish", null);
        Assert.Equal((2, 0, Lab.Labelling.Vote.None), await Vote(null));
    }

    [Fact]
    public async Task A_list_keeps_the_order_that_a_plain_list_has_after_the_same_changes()
    {
        var (random, naive, name) = (new Random(3), new List<int>(), "mine");
        await List(new() { Name = name, Make = true });
        for (var step = 0; step < 60; step++)
        {
            int[] some = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(12)).Distinct()];
            var before = (await List(new() { Name = name }))[0];
            switch (random.Next(4))
            {
                case 0:
                    naive.RemoveAll(some.Contains);
                    await List(new() { Name = name, Remove = [.. some.Select(Id)] });
                    break;
                case 1:
                    naive.AddRange(some.Except(naive));
                    await List(new() { Name = name, Add = [.. some.Select(Id)] });
                    break;
                case 2:
                    var at = random.Next(1, 14);
                    naive.RemoveAll(some.Contains);
                    naive.InsertRange(Math.Min(at - 1, naive.Count), some);
                    await List(new() { Name = name, Add = [.. some.Select(Id)], At = at });
                    break;
                default:
                    var other = $"mine {step} «é»";
                    await List(new() { Name = name, Rename = other });
                    await Assert.ThrowsAsync<OptionException>(() => List(new() { Name = name }));
                    name = other;
                    break;
            }
            var list = (await List(new() { Name = name }))[0];
            Assert.Equal(naive, list.Features.Select(feature => feature.Feature));
            Assert.True(list.Changed > before.Changed);
        }
        Assert.Equal([(name, naive.Count)], (await List(new())).Select(list => (list.Name, list.Count)));
        Assert.Empty(await List(new() { Name = name, Delete = true }));
        Assert.Empty(await List(new()));
    }

    [Fact]
    public async Task A_change_of_a_list_that_cannot_be_made_changes_nothing()
    {
        await List(new() { Name = "one", Add = [Id(1), Id(2)] });
        await List(new() { Name = "two", Make = true });
        foreach (var wrong in new ListRequest[]
        {
            new() { Name = "one", Remove = [Id(1)], Rename = "two" }, new() { Name = "one", Remove = [Id(1)], Add = [$"{_sae}:96"] }, new() { Name = "three", Remove = [Id(1)] }, new() { Name = "none", Delete = true }, new() { Make = true },
            new() { Name = " ", Make = true }, new() { Name = new string('x', 101), Make = true }, new() { Name = "a\nb", Make = true }, new() { Name = "one", Add = [Id(3)], At = 0 },
        })
            await Assert.ThrowsAnyAsync<SaeSharpException>(() => List(wrong));
        Assert.Equal([1, 2], (await List(new() { Name = "one" }))[0].Features.Select(feature => feature.Feature));
        Assert.Equal(["one", "two"], (await List(new())).Select(list => list.Name));
    }

    [Fact]
    public async Task Writers_at_the_same_time_lose_nothing()
    {
        using var other = Workspace.Open(_home.Path, 1, _database);
        await Parallel.ForEachAsync(Enumerable.Range(0, 80), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel }, async (i, cancel) =>
        {
            var writer = i % 2 == 0 ? _workspace : other;
            await writer.Label(new() { Sae = _sae, Feature = i, Label = $"name {i}" }, cancel: cancel);
            await writer.Label(new() { Sae = _sae, Feature = 90, Note = i % 4 < 2 ? $"note {i}" : null, Label = i % 4 >= 2 ? $"name {i}" : null }, cancel: cancel);
            await writer.Lists(new() { Name = "all", Add = [Id(i)], At = i % 3 == 0 ? 1 : null }, cancel: cancel);
        });
        var (remarks, list) = ((await Label(new())).Features, (await List(new() { Name = "all" }))[0]);
        Assert.Equal(81, remarks.Count);
        Assert.All(remarks.Where(remark => remark.Feature < 80), remark => Assert.Equal($"name {remark.Feature}", remark.Label));
        Assert.True(remarks.Single(remark => remark.Feature == 90) is { Note: not null, Label: not null });
        Assert.Equal(Enumerable.Range(0, 80), list.Features.Select(feature => feature.Feature).Order());
        Assert.Equal(80, list.Count);
    }

    [Fact]
    public async Task Texts_are_values_and_never_statements()
    {
        foreach (var text in new[] { "'; DROP TABLE remarks; --", "\" OR 1=1 --", "$1 @label :x ?", "\\'", "%_", "\U0001F41F" })
        {
            Assert.Equal(text, (await Write(5, text, text)).Label);
            Assert.Equal(text, (await List(new() { Name = text, Make = true }))[0].Name);
        }
        Assert.Equal(6, (await List(new())).Count);
    }

    private string Id(int feature) => $"{_sae}:{feature}";

    private async Task<(int, int, Vote)> Vote(Vote? vote) => (await _workspace.Vote(new() { Sae = _sae, Feature = 4, Vote = vote }, cancel: Cancel)).Labels is [var label] ? (label.Up, label.Down, label.Own) : default;

    private async Task<IReadOnlyList<FeatureList>> List(ListRequest request) => (await _workspace.Lists(request, cancel: Cancel)).Lists;

    private Task<LabelResult> Label(LabelRequest request) => _workspace.Label(request, cancel: Cancel);

    private async Task<Remark> Write(int feature, string? label, string? note, BookmarkChange bookmark = BookmarkChange.Keep) =>
        (await Label(new() { Sae = _sae, Feature = feature, Label = label, Note = note, Bookmark = bookmark })).Features[0];

    private static (string?, string?, bool) Three(Remark remark) => (remark.Label, remark.Note, remark.Bookmarked);
}

/// <summary>In the file of the workspace.</summary>
[Collection(typeof(TinyWorkspaceTests))]
public sealed class SqlitePeople(TinyWorkspace tiny) : PeopleLaws(tiny, null);

/// <summary>On a server.</summary>
[Collection(typeof(TinyWorkspaceTests))]
public sealed class PostgresPeople(TinyWorkspace tiny, PostgresServer server) : PeopleLaws(tiny, server.Fresh());
