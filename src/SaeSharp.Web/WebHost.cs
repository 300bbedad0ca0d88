using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MudBlazor.Services;
using SaeSharp.Lab;
using SaeSharp.Web.Assets;
using SaeSharp.Web.Endpoints;
using SaeSharp.Web.Endpoints.Document;
using SaeSharp.Web.Security;
using SaeSharp.Web.Shell;

namespace SaeSharp.Web;

/// <summary>Serves the workbench: pages, HTTP API and every file they need, on this machine only.</summary>
public static class WebHost
{
    /// <summary>The largest request body, in bytes: a prompt is text, not a file.</summary>
    private const long LargestBody = 1 << 20;

    /// <summary>Serves <paramref name="workspace"/> until <paramref name="cancel"/> is signalled.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task RunAsync(Workspace workspace, WebOptions options, CancellationToken cancel)
    {
        await using var app = Build(workspace, options);
        await app.StartAsync(cancel);
        _ = workspace.Jobs; // what waited when the last program stopped is run, whether anybody looks or not
        options.Listening?.Invoke(AddressOf(app));
        var first = FirstText.Write(workspace, app.Lifetime.ApplicationStopping);
        await app.WaitForShutdownAsync(cancel);
        await first;
    }

    /// <summary>The configured application, not yet listening.</summary>
    public static WebApplication Build(Workspace workspace, WebOptions options)
    {
        // The empty builder reads no settings file, environment variable or command line, so nothing outside can widen the binding.
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = typeof(WebHost).Assembly.GetName().Name });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = LargestBody;
            server.Limits.MaxConcurrentConnections = 256;
            if (options.Port == 0) server.Listen(IPAddress.Loopback, 0);
            else server.ListenLocalhost(options.Port);
        });
        // Standard output carries results only, so the log goes to standard error.
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error); // its warning is about keys on a disk; ours are on none
        AddServices(builder.Services, workspace);

        var app = builder.Build();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<LoopbackOnly>();
        app.UseMiddleware<PlainRequests>();
        app.UseExceptionHandler();
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseStatusCodePages(ProblemHandler.TellRefusal);
        app.UseRouting();
        app.UseAntiforgery();
        app.MapAssets();
        app.MapApi();
        app.MapJump();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(render =>
        {
            render.ContentSecurityFrameAncestorsPolicy = null; // SecurityHeaders sets the whole policy
            render.DisableWebSocketCompression = true;         // nothing to gain on one machine
        });
        return app;
    }

    private static void AddServices(IServiceCollection services, Workspace workspace)
    {
        services.AddSingleton(workspace);
        services.AddRouting();
        services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(hub => hub.MaximumReceiveMessageSize = LargestBody / 2); // two sets of prompts, pasted
        services.AddMudServices();
        services.AddHttpContextAccessor();
        services.AddDataProtection().UseEphemeralDataProtectionProvider(); // keys live as long as the process
        services.AddProblemDetails();
        services.AddExceptionHandler<ProblemHandler>();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // so that a wrong parameter is told as every mistake is
        services.AddApiDocument();
    }

    private static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
}
