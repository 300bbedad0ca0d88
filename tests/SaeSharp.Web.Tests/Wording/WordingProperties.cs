using System.Globalization;
using CsCheck;
using SaeSharp.Web.Wording;

namespace SaeSharp.Web.Tests.Wording;

public sealed class WordingProperties
{
    [Fact]
    public void Nothing_that_is_shown_can_be_invisible_or_rearrange_the_text() => Gen.String.Sample(text =>
        Assert.DoesNotContain(VisibleText.Token(text).EnumerateRunes(), rune => rune.Value is not (0x200C or 0x200D)
            && Rune(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));

    [Fact]
    public void Text_without_control_characters_is_shown_as_it_is() => Gen.String[Gen.Char['!', '~'], 1, 40].Sample(text => Assert.Equal(text, VisibleText.Token(text)));

    [Theory, InlineData("\u202Eabc", "⟨202E⟩abc"), InlineData("\u001b[31m", "⟨001B⟩[31m"), InlineData("\n", "↵"), InlineData("  a ", "␣␣a␣"), InlineData(" ", "␣"), InlineData("", "∅")]
    public void Hidden_characters_are_named(string token, string shown) => Assert.Equal(shown, VisibleText.Token(token));

    [Fact]
    public void A_short_number_is_within_half_a_percent_of_the_number() => Gen.Double[1e-3, 9.9e6].Sample(value =>
        Assert.InRange(double.Parse(Figures.Short(value), CultureInfo.InvariantCulture), value * 0.995, value * 1.005));

    [Fact]
    public void A_share_below_one_is_never_shown_as_all() => Gen.Double[0, 0.9999].Sample(share => Assert.NotEqual("100 %", Figures.Share(share)));

    [Fact]
    public void What_does_not_exist_is_a_dash() => Assert.Equal([Figures.None, Figures.None, Figures.None], [Figures.Short(double.NaN), Figures.Short(null), Figures.Share(double.PositiveInfinity)]);

    [Fact]
    public void Css_numbers_are_read_back() => Gen.Double[-1e4, 1e4].Sample(value =>
        Assert.True(Figures.TryRead(Figures.Css(value), out var read) && Math.Abs(read - value) < 1e-4));

    private static UnicodeCategory Rune(System.Text.Rune rune) => System.Text.Rune.GetUnicodeCategory(rune);
}
