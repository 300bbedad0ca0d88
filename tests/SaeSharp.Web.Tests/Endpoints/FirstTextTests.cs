using SaeSharp.Lab;

namespace SaeSharp.Web.Tests.Endpoints;

[Collection<DemoBenchTests>]
public sealed class FirstTextTests(DemoBench bench)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_written_where_an_SAE_belongs_to_a_small_model() => Assert.True(await bench.FirstText(Cancel));

    [Fact]
    public async Task A_server_that_stops_before_it_is_written_ends_quietly()
    {
        Assert.False(await bench.FirstText(new(canceled: true)));

        using var home = new TemporaryFolder();
        using var workspace = Workspace.Open(home.Path, 1);
        using var stop = new CancellationTokenSource();
        await WebHost.RunAsync(workspace, new() { Port = 0, Listening = _ => stop.CancelAfter(1) }, stop.Token);
    }
}
