using SaeSharp.Lab.Library;
using SaeSharp.Lab.Searching;

namespace SaeSharp.Lab.Tests.Searching;

/// <summary>Names found by what their words mean to the model of the demo that comes with the program.</summary>
public sealed class MeaningTests : IDisposable
{
    private static readonly string[] Names = ["dogs", "ships and boats", "bread and cakes", "a letter to an aunt", "numbers above ten", "angry words"];
    private readonly Shelves _shelves = new(Home, 1);

    private static string Home => Path.Combine(AppContext.BaseDirectory, "carried");

    public void Dispose() => _shelves.Dispose();

    [Theory]
    [InlineData("wolf", "dogs")]
    [InlineData("harbour", "ships and boats")]
    [InlineData("cheese", "bread and cakes")]
    public void A_word_that_no_name_holds_finds_one_that_is_said_in_the_same_places(string word, string name)
    {
        Assert.Equal(name, Found(word, new(_shelves.Models.Get("demo")))[0]);
        Assert.Empty(Found(word, null));
    }

    [Fact]
    public void A_name_that_is_typed_in_full_still_comes_first()
    {
        var vectors = new WordVectors(_shelves.Models.Get("demo"));
        Assert.All(Names, name => Assert.Equal(name, Found(name, vectors)[0]));
    }

    [Fact]
    public void A_word_that_the_model_cannot_spell_means_nothing()
    {
        var vectors = new WordVectors(_shelves.Models.Get("demo"));
        Assert.Null(vectors.Of("xylophone"));
        Assert.Empty(Found("xylophone", vectors));
        Assert.Equal(1, vectors.Of("dog")!.Sum(x => x * x), 1e-5);
    }

    [Fact]
    public async Task A_search_takes_the_model_of_the_SAEs_where_it_is_small()
    {
        using var folder = new Testing.TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Home, "*", SearchOption.AllDirectories).Where(file => !file.Contains("indexes", StringComparison.Ordinal) && Path.GetFileName(file) != "labels.json"))
        {
            var copy = folder[Path.GetRelativePath(Home, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        using var workspace = Workspace.Open(folder.Path, 1);
        const string sae = "demo/topk/blocks.0.hook_resid_post";
        foreach (var (feature, name) in Names.Index()) await workspace.Label(new() { Sae = sae, Feature = feature, Label = name });
        Assert.Equal(0, (await workspace.Search(new() { Label = "wolf", Saes = [sae] })).Features[0].Feature);
    }

    private static string[] Found(string query, WordVectors? vectors) =>
        [.. new LabelIndex(Names.Select((name, i) => (0, i, name)), vectors).Search(query, (_, _) => true, 5, out _).Select(hit => Names[hit.Feature])];
}
