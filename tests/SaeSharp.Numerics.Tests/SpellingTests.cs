using CsCheck;

namespace SaeSharp.Numerics.Tests;

public sealed class SpellingTests
{
    private static readonly string[] Hooks = ["blocks.0.hook_resid_pre", "blocks.0.hook_resid_mid", "blocks.0.hook_resid_post", "ln_final.hook_normalized"];

    [Theory]
    [InlineData("blocks.0.hook_resid_pst", "blocks.0.hook_resid_post")]
    [InlineData("blocks.0.resid_pre", "blocks.0.hook_resid_pre")]
    [InlineData("BLOCKS.0.HOOK_RESID_MID", "blocks.0.hook_resid_mid")]
    [InlineData("ln_final.hook_normalised", "ln_final.hook_normalized")]
    public void A_slip_finds_the_name_meant(string typed, string meant) => Assert.Equal(meant, Spelling.Closest(typed, Hooks));

    [Theory]
    [InlineData("temperature")]
    [InlineData("")]
    public void Nothing_is_suggested_for_a_name_unlike_all(string typed) => Assert.Null(Spelling.Closest(typed, Hooks));

    [Fact]
    public void Nothing_is_suggested_where_there_are_no_names() => Assert.Null(Spelling.Closest("a", []));

    [Fact]
    public void A_name_is_closest_to_itself() => Gen.String[Gen.Char['a', 'e'], 0, 8].Array[1, 6].Sample(names =>
        names.All(name => Spelling.Closest(name, names) == name));

    [Fact]
    public void One_wrong_letter_in_a_long_name_is_forgiven() => Gen.Select(Gen.Int[0, Hooks.Length - 1], Gen.Int[0, 100]).Sample((which, at) =>
    {
        var name = Hooks[which];
        var typed = name.Remove(at % name.Length, 1).Insert(at % name.Length, "#");

        return Spelling.Closest(typed, [name, "something.else.entirely"]) == name;
    });
}
