using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using SaeSharp.Lab.Reading;

namespace SaeSharp.Web.Tests.Security;

/// <summary>What another site could make a browser send is refused before anything runs.</summary>
public sealed class ForeignRequests(Workbench workbench)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("evil.test"), InlineData("localhost.evil.test"), InlineData("0.0.0.0"), InlineData("169.254.169.254"), InlineData("2130706433")]
    [InlineData("[::ffff:8.8.8.8]"), InlineData("localhost."), InlineData(""), InlineData("user@localhost"), InlineData("localhost\r\nHost: evil.test")]
    public async Task A_host_that_is_not_this_machine_is_refused(string host)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, workbench.Address.Port, Cancel);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /api/workspace HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), Cancel);
        using var reader = new StreamReader(socket.GetStream());

        Assert.Matches("^HTTP/1.1 4[0-9][0-9] ", await reader.ReadLineAsync(Cancel));
    }

    [Theory]
    [InlineData("Origin", "http://evil.test"), InlineData("Origin", "null"), InlineData("Origin", "http://localhost:1")]
    [InlineData("Sec-Fetch-Site", "cross-site"), InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_request_of_another_site_is_refused(string header, string value)
    {
        using var client = workbench.Client();
        client.DefaultRequestHeaders.Add(header, value);

        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/api/workspace", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsJsonAsync("/api/read", new ReadRequest { Model = workbench.Model, Prompt = "a" }, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/_blazor/negotiate", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_link_on_another_site_may_open_a_page()
    {
        using var client = workbench.Client();
        foreach (var (header, value) in new[] { ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document") }) client.DefaultRequestHeaders.Add(header, value);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/", Cancel)).StatusCode);
    }

    [Theory, InlineData("/"), InlineData("/api"), InlineData("/assets/theme.css"), InlineData("/no/such/1")]
    public async Task Every_answer_forbids_foreign_and_inline_scripts_and_framing(string address)
    {
        using var client = workbench.Client();
        var policy = Assert.Single((await client.GetAsync(address, Cancel)).Headers.GetValues("Content-Security-Policy"));

        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_loopback_is_listened_on() => Assert.Equal("127.0.0.1", workbench.Address.Host);
}
