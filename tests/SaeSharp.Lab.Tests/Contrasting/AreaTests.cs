using SaeSharp.Lab.Contrasting;

namespace SaeSharp.Lab.Tests.Contrasting;

public class AreaTests
{
    [Fact]
    public void False_discovery_rates_of_nothing_are_none_and_of_no_probabilities_refused()
    {
        Assert.Empty(FalseDiscovery.Rates([]));
        Assert.Throws<ArgumentException>(() => FalseDiscovery.Rates([0.1, double.NaN]));
        Assert.Throws<ArgumentException>(() => FalseDiscovery.Rates([0.1, 1.2]));
        Assert.Equal([0.025, 0.025, 0.05, 0.05, 0.5], FalseDiscovery.Rates([0.01, 0.01, 0.04, 0.04, 0.5]).Select(q => Math.Round(q, 12)));
    }

    [Fact]
    public void Sets_parted_without_a_mistake_still_have_an_interval()
    {
        var interval = new Area(1, 0, 2).Interval(10, 40);
        Assert.Equal((1, 1), (interval.Value, interval.High));
        Assert.Equal(10 / (10 + 3.841458820694124), interval.Low, 1e-9); // Wilson: n/(n + z²)
        Assert.Equal(1 - interval.Low, new Area(0, 0, 2).Interval(10, 40).High, 1e-12);
    }

    [Theory]
    [InlineData("-1", 5, "4")]
    [InlineData("-3..-1", 5, "2,3,4")]
    [InlineData("0,2,-1", 3, "0,2")]
    [InlineData("1..2", 2, "1")]
    [InlineData("7", 3, "")]
    [InlineData("-9..1", 3, "0,1")]
    public void Chosen_tokens_count_from_both_ends(string text, int length, string expected) => Assert.Equal(expected, string.Join(',', ChosenTokens.Parse(text).Of(length)));

    [Theory, InlineData(""), InlineData("x"), InlineData("1..2..3"), InlineData("1,,2"), InlineData("99999999999")]
    public void What_names_no_tokens_is_refused(string text) => Assert.Throws<OptionException>(() => ChosenTokens.Parse(text));
}
