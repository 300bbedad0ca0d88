using SaeSharp.Lab.Searching;

namespace SaeSharp.Lab.Tests.Searching;

public class LabelIndexLaws
{
    private static readonly string[] Names = ["the sea", "a ship at sea", "numbers above ten", "number words", "refusals of harmful requests", "the colour red", "colours of things that are red", "é as in café", "日本 の 海", "seasons of the year"];

    private static string[] Found(string query, int top = 10, Func<int, bool>? passes = null) =>
        [.. new LabelIndex(Names.Select((name, i) => (0, i, name))).Search(query, (_, feature) => passes?.Invoke(feature) ?? true, top, out _).Select(hit => Names[hit.Feature])];

    [Fact]
    public void A_name_that_is_typed_in_full_comes_first() => Assert.All(Names, name => Assert.Equal(name, Found(name)[0]));

    [Theory]
    [InlineData("refusal", "refusals of harmful requests")]
    [InlineData("harmfull reqest", "refusals of harmful requests")]
    [InlineData("SHIPS", "a ship at sea")]
    [InlineData("number", "number words")]
    [InlineData("numbers", "numbers above ten")]
    [InlineData("海", "日本 の 海")]
    [InlineData("colouring", "the colour red")]
    public void Other_forms_and_mistakes_find_a_name_too(string query, string name) => Assert.Equal(name, Found(query)[0]);

    [Fact]
    public void A_word_in_another_form_is_found_in_a_long_name_too() =>
        Assert.Single(new LabelIndex([(0, 3, "something that goes on for many words before it comes to hens")]).Search("hen", (_, _) => true, 5, out _));

    [Fact]
    public void Words_that_nothing_is_called_by_find_nothing()
    {
        Assert.Empty(Found("xylophone"));
        Assert.Empty(Found("  …!  "));
        Assert.Empty(new LabelIndex([]).Search("sea", (_, _) => true, 5, out _));
    }

    [Fact]
    public void A_filter_acts_before_the_best_are_taken()
    {
        Assert.Equal(["a ship at sea"], Found("sea", 1, feature => feature != 0));
        new LabelIndex(Names.Select((name, i) => (0, i, name))).Search("sea", (_, feature) => feature < 3, 1, out var compared);
        Assert.Equal(3, compared);
    }

    [Fact]
    public void A_feature_with_several_names_is_found_by_each_and_once()
    {
        var index = new LabelIndex([(0, 1, "sea"), (0, 1, "ocean"), (1, 1, "oceans of time")]);
        Assert.Equal([(0, 1), (1, 1)], index.Search("ocean", (_, _) => true, 5, out _).Select(hit => (hit.Sae, hit.Feature)));
    }

    [Fact]
    public void Sketches_of_many_names_lose_none_that_a_look_at_each_would_find()
    {
        var random = new Random(5);
        string Word() => new([.. Enumerable.Range(0, 4 + random.Next(5)).Select(i => "bdfklmnprstaeiou"[i % 2 == 0 ? random.Next(11) : 11 + random.Next(5)])]);
        string[] many = [.. Enumerable.Range(0, 6000).Select(_ => $"{Word()} {Word()} {Word()}")];
        var index = new LabelIndex(many.Select((name, i) => (0, i, name)));
        foreach (var target in Enumerable.Range(0, 50).Select(_ => random.Next(many.Length)))
        {
            var name = many[target];
            var typed = name[..2] + name[3] + name[2] + name[4..] + "s"; // two letters the wrong way round, and another form
            Assert.Contains(target, index.Search(typed, (_, _) => true, 3, out _).Select(hit => hit.Feature));
        }
    }

    [Fact]
    public void The_best_of_many_are_those_of_sorting_all()
    {
        var random = new Random(3);
        double[] scores = [.. Enumerable.Range(0, 1000).Select(_ => (double)random.Next(50))];
        var best = new Best<int>(40);
        foreach (var (i, score) in scores.Index()) best.Offer(i, score);
        Assert.Equal(Enumerable.Range(0, 1000).OrderByDescending(i => scores[i]).ThenBy(i => i).Take(40), best.Take().Select(entry => entry.Item));
    }
}
