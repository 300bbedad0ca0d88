using System.Globalization;
using System.Text;
using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Hub;

/// <summary>Brings one large file into the hub's store, by the protocol of Git LFS: in one piece, or in the parts the store asks for.</summary>
internal sealed class LargeUpload(HubHttp http, HubRetry retry, HubId id, HubSource source, HubTally.Entry tally)
{
    private const int MostAnswerBytes = 16 << 20, MostParts = 10_000;
    private const string LfsJson = "application/vnd.git-lfs+json", Where = "the hub's store";

    public async Task Run(CancellationToken cancel)
    {
        var file = await Ask(cancel).ConfigureAwait(false);
        if (!file.TryGetProperty("actions", out var actions) || actions.ValueKind != JsonValueKind.Object || !actions.TryGetProperty("upload", out var upload))
        {
            tally.StandAt(source.Size); // it has this content already
            return;
        }
        var header = upload.TryGetProperty("header", out var given) && given.ValueKind == JsonValueKind.Object
            ? given.EnumerateObject().Where(field => field.Value.ValueKind == JsonValueKind.String).ToDictionary(field => field.Name, field => field.Value.GetString()!) : [];
        var address = Address(upload);
        if (header.Remove("chunk_size", out var size)) await InParts(address, header, size, cancel).ConfigureAwait(false);
        else await Put(address, 0, source.Size, header, cancel).ConfigureAwait(false);
        if (actions.TryGetProperty("verify", out var verify)) await Post(Address(verify), Encoding.UTF8.GetBytes($"{{\"oid\":\"{source.Sha256}\",\"size\":{source.Size.ToString(CultureInfo.InvariantCulture)}}}"), cancel).ConfigureAwait(false);
    }

    private async Task<JsonElement> Ask(CancellationToken cancel)
    {
        var body = $"{{\"operation\":\"upload\",\"transfers\":[\"basic\",\"multipart\"],\"hash_algo\":\"sha256\",\"objects\":[{{\"oid\":\"{source.Sha256}\",\"size\":{source.Size.ToString(CultureInfo.InvariantCulture)}}}]}}";
        var answer = await Post(http.Address($"{id.Repository}.git/info/lfs/objects/batch"), Encoding.UTF8.GetBytes(body), cancel).ConfigureAwait(false);
        var root = StrictJson.Parse(answer, Where);
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("objects", out var objects) || objects.ValueKind != JsonValueKind.Array || objects.GetArrayLength() != 1 || objects[0].ValueKind != JsonValueKind.Object)
            throw FileException.Malformed(Where, "objects", "it is no list of one file");
        if (objects[0].TryGetProperty("error", out var error)) throw FileException.Malformed(Where, source.Path.Text, $"it refuses the file ({error.GetRawText()})");
        return objects[0];
    }

    private async Task InParts(Uri complete, Dictionary<string, string> header, string chunkSize, CancellationToken cancel)
    {
        (int Number, string Address)[] parts = [.. header.Where(field => int.TryParse(field.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(field => (int.Parse(field.Key, NumberStyles.None, CultureInfo.InvariantCulture), field.Value)).OrderBy(part => part.Item1)];
        var fits = long.TryParse(chunkSize, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 && parts.Length <= MostParts && parts.Length == (source.Size + size - 1) / size;
        if (!fits) throw FileException.Malformed(Where, "header", $"{parts.Length} parts of {chunkSize} bytes do not make a file of {source.Size}");
        var tags = new List<string>();
        foreach (var (number, address) in parts)
        {
            var start = (number - 1) * size;
            if (start < 0 || start >= source.Size) throw FileException.Malformed(Where, "header", $"there is no part {number}");
            var tag = await Put(Checked(address), start, Math.Min(size, source.Size - start), [], cancel).ConfigureAwait(false);
            tags.Add($"{{\"partNumber\":{number.ToString(CultureInfo.InvariantCulture)},\"etag\":{JsonSerializer.Serialize(tag)}}}");
        }
        await Post(complete, Encoding.UTF8.GetBytes($"{{\"oid\":\"{source.Sha256}\",\"parts\":[{string.Join(',', tags)}]}}"), cancel).ConfigureAwait(false);
    }

    /// <summary>Sends a range of the file; gives the store's tag for it.</summary>
    private Task<string> Put(Uri address, long start, long count, Dictionary<string, string> header, CancellationToken cancel) => retry.Run(async () =>
    {
        tally.StandAt(start);
        using var answer = await http.Send(HttpMethod.Put, address, id, source.Path, request =>
        {
            request.Content = new FileRange(source, start, count, tally);
            foreach (var (name, value) in header)
                if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content.Headers.TryAddWithoutValidation(name, value);
        }, cancel).ConfigureAwait(false);
        return answer.Response.Headers.ETag?.Tag ?? "";
    }, cancel);

    private Task<byte[]> Post(Uri address, byte[] body, CancellationToken cancel) => retry.Run(async () =>
    {
        using var answer = await http.Send(HttpMethod.Post, address, id, source.Path, request =>
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new(LfsJson);
            request.Headers.Accept.ParseAdd(LfsJson);
        }, cancel).ConfigureAwait(false);
        return await http.ReadAll(answer, MostAnswerBytes, cancel).ConfigureAwait(false);
    }, cancel);

    private Uri Address(JsonElement action) => action.ValueKind == JsonValueKind.Object && action.TryGetProperty("href", out var href) && href.ValueKind == JsonValueKind.String
        ? Checked(href.GetString()!)
        : throw FileException.Malformed(Where, "href", "it is missing, expected where to send the file");

    /// <summary>The store may lie on another host, but is no less secure than the hub.</summary>
    private Uri Checked(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && http.Options.Endpoint.Scheme == Uri.UriSchemeHttp))
        ? uri : throw HubException.BadRedirect(http.Options.Endpoint, address);
}
