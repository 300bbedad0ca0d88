using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using SaeSharp.Lab;

namespace SaeSharp.Web.Tests;

/// <summary>A copy of the workbench's workspace without what people wrote and handed over, served by itself: what is done to it no other test sees.</summary>
public sealed class Twin : IAsyncDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly Workspace _workspace;
    private readonly WebApplication _app;

    private Twin(string home, Action<string>? furnish)
    {
        foreach (var name in Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(home, file)).Where(name => !name.StartsWith("saesharp.db", StringComparison.Ordinal) && name.Split(Path.DirectorySeparatorChar)[0] is not "jobs"))
        {
            var (file, target) = (Path.Combine(home, name), Path.Combine(_home.Path, name));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        furnish?.Invoke(_home.Path);
        _workspace = Workspace.Open(_home.Path, threads: 1);
        _app = WebHost.Build(_workspace, new() { Port = 0 });
    }

    /// <param name="home">The workspace to copy.</param>
    /// <param name="furnish">Puts more into the copy.</param>
    public static async Task<Twin> Of(string home, Action<string>? furnish = null)
    {
        var twin = new Twin(home, furnish);
        await twin._app.StartAsync();
        return twin;
    }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(); // pages that were open are let go first
        await _app.DisposeAsync();
        _workspace.Dispose();
        _home.Dispose();
    }
}
