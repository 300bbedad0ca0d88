using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace SaeSharp.Web.Tests.Security;

/// <summary>What another site, a rebound name or a broken client sends comes to no handler: a counter stands before all of them.</summary>
public sealed class HostileRequests(Workbench workbench)
{
    private const string Plain = "GET", Json = "Content-Type: application/json\r\n", Body = """{"sae":"x","feature":1,"label":"owned"}""";
    private const string SocketHeaders = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_hundred_are_refused_before_a_handler_runs()
    {
        var reached = 0;
        await using var app = workbench.AnotherServer();
        app.Use(next => http =>
        {
            if (http.GetEndpoint() is RouteEndpoint) Interlocked.Increment(ref reached);
            return next(http);
        });
        await app.StartAsync(Cancel);
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        string[] hostile = [.. All(port)];

        Assert.True(hostile.Distinct().Count() >= 300, $"there are {hostile.Distinct().Count()}");
        foreach (var request in hostile)
        {
            var status = await Status(port, request);
            Assert.True(status.Length == 0 || status.StartsWith("HTTP/1.1 4", StringComparison.Ordinal), $"{request[..Math.Min(300, request.Length)]}\n{status}");
            Assert.True(Volatile.Read(ref reached) == 0, $"it came to a handler: {request[..Math.Min(300, request.Length)]}");
        }

        Assert.Equal("HTTP/1.1 200 OK", await Status(port, Get("/api/workspace", $"Host: localhost:{port}\r\n")));
        Assert.Equal(1, reached); // so the counter counts
    }

    private static IEnumerable<string> All(int port)
    {
        var host = $"Host: localhost:{port}\r\n";
        string[] targets = ["/", "/api/workspace", "/_blazor/negotiate?negotiateVersion=1"];

        string[] hosts =
        [
            "evil.test", "localhost.evil.test", "evil.test:80", "0.0.0.0", "169.254.169.254", "2130706433", "0x7f000001", "127.1", "127.0.0.2", "[::ffff:8.8.8.8]", "[::]", "localhost.", "localhost.localdomain", "", "user@localhost",
            "localhost@evil.test", "localhost,evil.test", "localhost/evil.test", "127.0.0.1.nip.io", "xn--lcalhost-75a",
        ];
        foreach (var other in hosts)
            foreach (var target in targets) yield return Get(target, $"Host: {other}\r\n");
        foreach (var target in targets) yield return Get(target, "Host: localhost\r\nHost: evil.test\r\n");
        yield return "GET /api/workspace HTTP/1.0\r\n\r\n";
        yield return Get("/api/workspace", "");

        // Another site's script, form or frame; also its web socket, which no policy of a browser stops.
        string[] senders = [Get("/api/workspace", host), Post("/api/label", host + Json, Body), Post("/api/jobs", host + Json, """{"verb":"eval","request":{}}"""), Post("/api/jobs/x/cancel", host + Json, "{}"), Get("/_blazor/negotiate?negotiateVersion=1", host), Get("/_blazor?id=x", host + SocketHeaders)];
        foreach (var sender in senders)
        {
            foreach (var origin in (string[])["http://evil.test", "https://evil.test", "null", "http://localhost", "http://localhost:1", $"https://localhost:{port}", $"http://127.0.0.1:{port}", $"http://localhost:{port}.evil.test", "file://", "chrome-extension://x", $"http://evil.test, http://localhost:{port}"])
                yield return With(sender, $"Origin: {origin}\r\n");
            foreach (var site in (string[])["cross-site", "same-site", "nonsense", "none, cross-site"])
                foreach (var mode in (string[])["", "Sec-Fetch-Mode: cors\r\n", "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n"])
                    yield return With(sender, $"Sec-Fetch-Site: {site}\r\n{mode}");
            foreach (var referer in (string[])["http://evil.test/", $"http://evil.test/?localhost:{port}", $"http://localhost:{port}@evil.test/", "nonsense", $"http://localhost:{port}.evil.test/"])
                yield return With(sender, $"Referer: {referer}\r\n");
        }
        yield return With(senders[1], "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n"); // a form that posts
        foreach (var address in (string[])["read", "steer", "label", "search", "contrast", "sweep", "generate", "jobs", "jobs/x/remove", "vote", "list"])
            foreach (var type in (string[])["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"])
                yield return Post($"/api/{address}", host + $"Content-Type: {type}\r\n", Body);

        foreach (var method in (string[])["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "MKCOL", "MOVE", "COPY", "LOCK", "SEARCH", "PURGE", "DEBUG", "FOO", "get", "GETT", "POST\u00e9"])
            foreach (var target in targets[..2]) yield return Get(target, host).Replace("GET ", $"{method} ", StringComparison.Ordinal);
        yield return $"CONNECT evil.test:443 HTTP/1.1\r\n{host}\r\n";

        foreach (var target in (string[])[
            "/../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2fx", "/assets/%2e%2e%2fx", "/assets/..\\x", "/assets/..%5cx", "/assets/%00", "/assets/shell.js%00.png", "/api/runs/..%2f..%2fsaesharp.db",
            "/api/runs/%2e%2e", "/api/jobs/..%2f..%2fsaesharp.db", "/api/jobs/%2e%2e/cancel", "/api/jobs/x%00", "//evil.test/", "/api//workspace", "/./api/workspace", "/api/./workspace", "/api/x/../workspace", "/%c0%ae%c0%ae/etc", "/api/%ff", "/model/..%2f..%2fetc/1", "/learn/..%2f..%2fREADME", "/tour/%2e", "/C:%5cWindows",
            "http://evil.test/api/workspace", $"http://localhost:{port}/api/workspace", "https://localhost/", "*", "evil.test:80", "api/workspace", "", "file:///etc/passwd", "/api/workspace\u0000", "/\u00e9"])
            yield return $"{Plain} {target} HTTP/1.1\r\n{host}\r\n";

        // A length said in two ways is one request to a proxy and two to a server.
        foreach (var framing in (string[])[
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "Transfer-Encoding: chunked\r\nX-Content-Length: 4\r\n", "Content-Length: 4\r\nContent-Length: 5\r\n", "Content-Length: 4, 5\r\n",
            "Content-Length: -1\r\n", "Content-Length: 1e3\r\n", "Content-Length: 0x10\r\n", "Content-Length: 99999999999999999999\r\n", "Content-Length: 104857600\r\n", "Transfer-Encoding: identity\r\n", "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding : chunked\r\n", " Transfer-Encoding: chunked\r\n", "X: 1\r\n Transfer-Encoding: chunked\r\n", "Transfer-Encoding\r\n", "X\u0000: 1\r\n", "X: a\u0000b\r\n", ": 1\r\n", "X Y: 1\r\n"])
            yield return $"POST /api/label HTTP/1.1\r\n{host}{Json}{framing}\r\n0\r\n\r\n";
        yield return Get("/api/workspace", host + $"X: {new string('x', 64 << 10)}\r\n");
        yield return Get("/api/workspace", host + string.Concat(Enumerable.Range(0, 200).Select(i => $"X{i}: 1\r\n")));
        yield return Get($"/api/workspace?{new string('x', 64 << 10)}", host);
        yield return $"GET /api/workspace HTTP/1.1 extra\r\n{host}\r\n";
        yield return $"GET  /api/workspace HTTP/1.1\r\n{host}\r\n";
        yield return $"GET /api/workspace\r\n{host}\r\n";
    }

    private static string Get(string target, string headers) => $"{Plain} {target} HTTP/1.1\r\n{headers}\r\n";

    private static string Post(string target, string headers, string body) => $"POST {target} HTTP/1.1\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    private static string With(string request, string headers) => request.Insert(request.IndexOf("\r\n", StringComparison.Ordinal) + 2, headers);

    /// <summary>The first line of the answer; none where the server hung up.</summary>
    private static async Task<string> Status(int port, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port, Cancel);
        try
        {
            await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), Cancel);
            using var reader = new StreamReader(socket.GetStream());
            return await reader.ReadLineAsync(Cancel) ?? "";
        }
        catch (IOException)
        {
            return ""; // it did not want to hear the end
        }
    }
}
