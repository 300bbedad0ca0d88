using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Tests.Harvesting;

public sealed class CorpusActivationsTests : IDisposable
{
    private const string Hook = "blocks.1.hook_resid_post";
    private readonly Shelves _shelves = new(Path.Combine(Path.GetTempPath(), "saesharp-none"), 2);

    public void Dispose() => _shelves.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 30)]
    public void Reading_in_pieces_gives_the_bits_of_reading_at_once(long cache)
    {
        var (model, corpus) = Open();
        using var activations = CorpusActivations.Open(model, corpus, [Hook], 3, cache, null, default);
        var stream = activations.At(Hook);
        List<float[]> pieces = [.. Enumerable.Range(0, 4).SelectMany(piece => ReadRows.Of(stream, 2, 40 + 125 * piece, 125))];
        Assert.Equal(ReadRows.Of(activations.At(Hook), 2, 40, 500), pieces);
    }

    [Theory]
    [InlineData(Hook)]
    [InlineData($"{Hook}+hook_embed")]
    [InlineData($"{Hook}@-1+{Hook}@2")]
    public void Kept_activations_are_the_bits_of_harvested_ones(string layout)
    {
        var (model, corpus) = Open();
        using var kept = CorpusActivations.Open(model, corpus, [Hook, "hook_embed"], 3, 1 << 30, null, default);
        using var made = CorpusActivations.Open(model, corpus, [Hook, "hook_embed"], 3, 0, null, default);
        Assert.Equal(ReadRows.Of(kept.At(RowLayout.Parse(layout)), 1, 77, 300), ReadRows.Of(made.At(RowLayout.Parse(layout)), 1, 77, 300));
    }

    [Fact]
    public void Rows_of_several_hooks_are_the_rows_of_each_side_by_side()
    {
        var (model, corpus) = Open();
        using var activations = CorpusActivations.Open(model, corpus, [], 3, 0, null, default);
        var (first, second) = (ReadRows.Of(activations.At("hook_embed")), ReadRows.Of(activations.At(Hook)));
        var both = ReadRows.Of(activations.At(RowLayout.Parse($"hook_embed+{Hook}")));
        Assert.Equal(first.Zip(second, (a, b) => (float[])[.. a, .. b]), both);
    }

    /// <summary>The embedding tells the token, so that a row with its neighbours shows which tokens stand in it.</summary>
    [Theory]
    [InlineData(-1, WindowKind.Document)]
    [InlineData(1, WindowKind.Packed)]
    [InlineData(-3, WindowKind.Packed)]
    public void Neighbours_are_of_the_same_document_and_every_token_that_has_one_comes_once(int offset, WindowKind kind)
    {
        var model = _shelves.Models.Get(TinyWorkspace.Model);
        var corpus = Corpus.Read(TinyWorkspace.Corpus with { Window = kind, Context = 48 }, model).Take(1500);
        using var activations = CorpusActivations.Open(model, corpus, [], 5, 0, null, default);
        var single = ReadRows.Of(activations.At("hook_embed"));
        var rows = ReadRows.Of(activations.At(new RowLayout(new RowPart("hook_embed"), new RowPart("hook_embed", offset))));

        var expected = new List<(int Id, int Other)>();
        var embedding = new Dictionary<int, float[]>();
        var order = new EpochOrder([.. corpus.Windows.Select(window => window.Kept.Length)], 5, 0).Order;
        foreach (var (row, (window, i)) in order.Select(unit => corpus.Windows[unit]).SelectMany(window => Enumerable.Range(0, window.Kept.Length).Select(i => (window, i))).Index())
        {
            embedding[window.Ids[window.Kept[i]]] = single[row];
            var (documents, other) = (window.KeptDocuments(), Array.IndexOf(window.Kept, window.Kept[i] + offset));
            if (other >= 0 && documents[other] == documents[i]) expected.Add((window.Ids[window.Kept[i]], window.Ids[window.Kept[other]]));
        }
        Assert.NotEmpty(expected);
        string Text(float[] numbers) => string.Join(' ', numbers);
        // Another order of windows: their counts differ from those of single tokens only by the rows left out, the seed is the same.
        Assert.Equal(expected.Select(pair => Text([.. embedding[pair.Id], .. embedding[pair.Other]])).Order(StringComparer.Ordinal), rows.Select(Text).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("hook_embed@x")]
    [InlineData("hook_embed@5000")]
    [InlineData("@1")]
    public void What_is_no_layout_is_told(string layout) =>
        Assert.Contains("no part of a row", Assert.Throws<OptionException>(() => RowLayout.Parse(layout)).Message, StringComparison.Ordinal);

    [Fact]
    public void Neighbours_that_no_window_has_are_told()
    {
        var (model, corpus) = Open();
        using var activations = CorpusActivations.Open(model, corpus, [], 5, 0, null, default);
        Assert.Contains("No token", Assert.Throws<OptionException>(() => activations.At(RowLayout.Parse($"{Hook}@-200"))).Message, StringComparison.Ordinal);
    }

    private (LanguageModel, Corpus) Open()
    {
        var model = _shelves.Models.Get(TinyWorkspace.Model);
        return (model, Corpus.Read(TinyWorkspace.Corpus, model).Take(2000));
    }
}
