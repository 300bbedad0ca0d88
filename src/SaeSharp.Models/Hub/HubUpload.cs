using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SaeSharp.Numerics.Files;

namespace SaeSharp.Models.Hub;

/// <summary>Puts files into a repository of one's own, in one commit. Large files go to the hub's store first, each only if it is not there.</summary>
public sealed class HubUpload
{
    private const int MostAnswerBytes = 16 << 20, SampleBytes = 512, MostInlineBytes = 8 << 20;
    private static readonly MediaTypeHeaderValue Lines = new("application/x-ndjson");
    private readonly HubHttp _http;
    private readonly HubRetry _retry;

    internal HubUpload(HubHttp http, HubRetry retry) => (_http, _retry) = (http, retry);

    /// <summary>Makes the repository; one that is there stays as it is, and the answer is false.</summary>
    public async Task<bool> Create(HubId id, bool isPrivate, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        RequireToken();
        const int AlreadyThere = 409;
        var parts = id.Repository.Split('/');
        var body = Json(json =>
        {
            json.WriteString("name", parts[^1]);
            if (parts.Length > 1) json.WriteString("organization", parts[0]);
            json.WriteString("type", "model");
            json.WriteBoolean("private", isPrivate);
        });
        return (await Post("api/repos/create", body, id, cancel, AlreadyThere).ConfigureAwait(false)).ValueKind != JsonValueKind.Undefined;
    }

    /// <summary>Commits the files to the repository's revision; gives the commit.</summary>
    /// <param name="id">The repository.</param>
    /// <param name="files">Their paths there, and where they lie here.</param>
    /// <param name="summary">The commit's subject.</param>
    /// <param name="progress">Told of the large files' bytes.</param>
    /// <param name="cancel">Stops it; nothing is visible before the commit.</param>
    public async Task<string> Commit(HubId id, IReadOnlyList<(HubPath Path, string File)> files, string summary, IProgress<HubProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        RequireToken();
        HubSource[] sources = [.. files.Select(file => HubSource.Read(file.Path, file.File))];
        var large = await Large(id, sources, cancel).ConfigureAwait(false);
        var tally = new HubTally(progress, sources.Where(large.Contains).Sum(source => source.Size));
        foreach (var source in sources.Where(large.Contains)) await new LargeUpload(_http, _retry, id, source, tally.Add()).Run(cancel).ConfigureAwait(false);

        var body = CommitBody(sources, large, summary);
        var answer = await Post($"api/models/{id.Repository}/commit/{Uri.EscapeDataString(id.Revision)}", body, id, cancel).ConfigureAwait(false);
        return Text(answer, "commitOid") ?? throw FileException.Malformed("the hub's answer to a commit", "commitOid", "it is missing, expected the commit");
    }

    /// <summary>Which files the hub wants in its store of large ones.</summary>
    private async Task<HashSet<HubSource>> Large(HubId id, HubSource[] sources, CancellationToken cancel)
    {
        var body = Json(json =>
        {
            json.WriteStartArray("files");
            foreach (var source in sources)
            {
                json.WriteStartObject();
                json.WriteString("path", source.Path.Text);
                json.WriteBase64String("sample", source.Start(SampleBytes));
                json.WriteNumber("size", source.Size);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
        var answer = await Post($"api/models/{id.Repository}/preupload/{Uri.EscapeDataString(id.Revision)}", body, id, cancel).ConfigureAwait(false);
        if (!answer.TryGetProperty("files", out var files) || files.ValueKind != JsonValueKind.Array) throw FileException.Malformed("the hub's answer before an upload", "files", "it is no list");
        var wanted = files.EnumerateArray().Where(file => Text(file, "uploadMode") == "lfs").Select(file => Text(file, "path")).ToHashSet();
        return [.. sources.Where(source => wanted.Contains(source.Path.Text) || source.Size > MostInlineBytes)];
    }

    private static byte[] CommitBody(HubSource[] sources, HashSet<HubSource> large, string summary)
    {
        using var lines = new MemoryStream();
        void Line(string key, Action<Utf8JsonWriter> value)
        {
            lines.Write(Json(json =>
            {
                json.WriteString("key", key);
                json.WriteStartObject("value");
                value(json);
                json.WriteEndObject();
            }));
            lines.WriteByte((byte)'\n');
        }
        Line("header", json =>
        {
            json.WriteString("summary", summary);
            json.WriteString("description", "");
        });
        foreach (var source in sources)
        {
            if (large.Contains(source))
                Line("lfsFile", json =>
                {
                    json.WriteString("path", source.Path.Text);
                    json.WriteString("algo", "sha256");
                    json.WriteString("oid", source.Sha256);
                    json.WriteNumber("size", source.Size);
                });
            else
                Line("file", json =>
                {
                    json.WriteString("path", source.Path.Text);
                    json.WriteBase64String("content", source.Start(int.MaxValue));
                    json.WriteString("encoding", "base64");
                });
        }
        return lines.ToArray();
    }

    private Task<JsonElement> Post(string path, byte[] body, HubId id, CancellationToken cancel, params int[] accepted) => _retry.Run(async () =>
    {
        var isLines = path.Contains("/commit/", StringComparison.Ordinal);
        using var answer = await _http.Send(HttpMethod.Post, _http.Address(path), id, null, request =>
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = isLines ? Lines : new("application/json");
        }, cancel, accepted).ConfigureAwait(false);
        var bytes = await _http.ReadAll(answer, MostAnswerBytes, cancel).ConfigureAwait(false);
        return answer.Response.IsSuccessStatusCode ? StrictJson.Parse(bytes, "the hub's answer") : default;
    }, cancel);

    private void RequireToken()
    {
        if (_http.Options.Offline) throw HubException.Offline("The hub");
        if (_http.Options.Token is null) throw HubException.NoWriteToken();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static string? Text(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
