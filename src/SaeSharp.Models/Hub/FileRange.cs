using System.Net;

namespace SaeSharp.Models.Hub;

/// <summary>A part of a file as the body of a request, read as it is sent.</summary>
internal sealed class FileRange(HubSource source, long start, long count, HubTally.Entry tally) : HttpContent
{
    private const int BufferBytes = 128 << 10;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var file = source.Open();
        file.Seek(start, SeekOrigin.Begin);
        var buffer = new byte[BufferBytes];
        for (var left = count; left > 0;)
        {
            var read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken).ConfigureAwait(false);
            if (read == 0) throw new EndOfStreamException($"{source.File} became shorter while it was sent.");
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            tally.Receive(read);
            left -= read;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = count;
        return true;
    }
}
