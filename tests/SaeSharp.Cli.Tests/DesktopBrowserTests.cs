using SaeSharp.Cli;

namespace SaeSharp.Cli.Tests;

public sealed class DesktopBrowserTests
{
    private static readonly Terminal Person = new(Output: true, Error: true);

    [Theory]
    [InlineData("DISPLAY=:0", true)]
    [InlineData("WAYLAND_DISPLAY=wayland-0", true)]
    [InlineData("", false)]
    [InlineData("DISPLAY=", false)]
    [InlineData("DISPLAY=:0 CI=true", false)]
    [InlineData("DISPLAY=:0 CI=false", true)]
    [InlineData("DISPLAY=:10 SSH_CONNECTION=10.0.0.1", false)]
    public void A_page_is_opened_where_a_screen_is_and_somebody_before_it(string environment, bool isSeen) =>
        Assert.Equal(isSeen, DesktopBrowser.IsSeen(Person, Of(environment), bringsScreen: false));

    [Fact]
    public void Systems_that_bring_a_screen_need_no_variable_but_build_services_have_none() =>
        Assert.Equal((true, false), (DesktopBrowser.IsSeen(Person, Of(""), bringsScreen: true), DesktopBrowser.IsSeen(Person, Of("TF_BUILD=True"), bringsScreen: true)));

    [Fact]
    public void Nothing_is_opened_for_a_program_that_reads_the_output() =>
        Assert.False(DesktopBrowser.IsSeen(new(Output: false, Error: true), Of("DISPLAY=:0"), bringsScreen: true));

    private static Func<string, string?> Of(string environment)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        return variables.GetValueOrDefault;
    }
}
