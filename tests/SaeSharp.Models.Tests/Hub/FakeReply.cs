using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace SaeSharp.Testing.Hub;

/// <summary>An answer, and how it is to go wrong on its way.</summary>
internal sealed record FakeReply(int Status)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    public byte[] Body { get; init; } = [];

    /// <summary>The connection ends after so many bytes of the body.</summary>
    public int? CutAt { get; init; }

    /// <summary>After them nothing comes any more, and this is called until the client gives up.</summary>
    public Action? Silence { get; init; }

    /// <summary>The body is sent without saying how long it is.</summary>
    public bool HidesLength { get; init; }

    public static FakeReply NotFound(string? code = null) => code is null ? new(404) : new(404) { Headers = { ["X-Error-Code"] = code } };

    public FakeReply With(string name, string value)
    {
        Headers[name] = value;
        return this;
    }

    public async Task Send(NetworkStream stream, bool headOnly, CancellationToken cancel)
    {
        var head = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} Said\r\nConnection: close\r\n"));
        if (!HidesLength) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n");
        foreach (var (name, value) in Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), cancel);
        if (headOnly) return;
        await stream.WriteAsync(Body.AsMemory(0, CutAt ?? Body.Length), cancel);
        await stream.FlushAsync(cancel);
        if (Silence is null) return;
        var gone = stream.ReadAsync(new byte[1], cancel).AsTask();
        while (!gone.IsCompleted) // until the client gives up
        {
            Silence();
            await Task.WhenAny(gone, Task.Delay(10, cancel));
        }
    }
}
