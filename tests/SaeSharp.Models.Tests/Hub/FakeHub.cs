using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SaeSharp.Testing.Hub;

/// <summary>A small hub on the loopback: lists, serves parts of files, sends on to another host, takes commits, and misbehaves when told to.</summary>
internal sealed class FakeHub : IAsyncDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private readonly ConcurrentDictionary<string, byte[]> _files = new();
    private readonly ConcurrentQueue<(Func<FakeRequest, bool> When, Func<FakeRequest, FakeReply, FakeReply> Change)> _faults = new();

    public FakeHub()
    {
        _listener.Start();
        _loop = Accept();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Large files are sent on to this one; null serves them here.</summary>
    public FakeHub? Store { get; init; }

    /// <summary>Names of files that the hub keeps in its store of large ones.</summary>
    public Func<string, bool> IsLarge { get; init; } = name => name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".parquet", StringComparison.Ordinal);

    /// <summary>The only token that may see anything; null for an open hub.</summary>
    public string? RequiredToken { get; init; }

    /// <summary>Whether the list says sizes and checksums.</summary>
    public bool ListsBlobs { get; init; } = true;

    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<FakeRequest> Requests { get; } = new();

    /// <summary>Commits that were made: the lines of their bodies.</summary>
    public ConcurrentQueue<string[]> Commits { get; } = new();

    /// <summary>What was put into the store of large files, by its address.</summary>
    public ConcurrentDictionary<string, byte[]> Stored { get; } = new();

    /// <summary>Size of the parts in which large files are to be sent; 0 for one piece.</summary>
    public int PartBytes { get; init; }

    /// <summary>Adds a file: <c>models/owner/name</c> or <c>datasets/owner/name</c>, a path, its content.</summary>
    public FakeHub Add(string repository, string path, byte[] content)
    {
        _files[$"{repository}:{path}"] = content;
        return this;
    }

    public FakeHub Add(string repository, string path, string content) => Add(repository, path, Encoding.UTF8.GetBytes(content));

    /// <summary>The next request of that kind is answered differently, once.</summary>
    public FakeHub Once(string pathContains, Func<FakeReply, FakeReply> change, string method = "GET") => Once(pathContains, (_, reply) => change(reply), method);

    public FakeHub Once(string pathContains, Func<FakeRequest, FakeReply, FakeReply> change, string method = "GET")
    {
        _faults.Enqueue((request => request.Method == method && request.Path.Contains(pathContains, StringComparison.Ordinal), change));
        return this;
    }

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

#pragma warning disable CA5350 // git's own hash
    public static string GitHash(byte[] content) => Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    private async Task Accept()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(_stop.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            _ = Serve(client);
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                if (await FakeRequest.Read(stream, _stop.Token) is not { } request) return;
                Requests.Enqueue(request);
                var reply = Answer(request);
                foreach (var _ in Enumerable.Range(0, _faults.Count))
                {
                    if (!_faults.TryDequeue(out var fault)) break;
                    if (fault.When(request))
                    {
                        reply = fault.Change(request, reply);
                        break;
                    }
                    _faults.Enqueue(fault);
                }
                await reply.Send(stream, request.Method == "HEAD", _stop.Token);
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // the client went away, which is part of some tests
            }
        }
    }

    private FakeReply Answer(FakeRequest request)
    {
        if (RequiredToken is { } token && request.Header("Authorization") != $"Bearer {token}")
            return new(request.Header("Authorization") is null ? 401 : 403) { Body = Encoding.UTF8.GetBytes("""{"error":"not for you"}""") };
        var parts = request.Path.Split('?')[0].Trim('/').Split('/');
        return (request.Method, parts) switch
        {
            ("GET", ["api", var kind, .. var rest]) when rest.Length >= 3 && rest[^2] == "revision" => List($"{kind}/{string.Join('/', rest[..^2])}", Uri.UnescapeDataString(rest[^1])),
            ("GET", ["store", var hash]) => Stored.TryGetValue(hash, out var content) ? Content(content, request, hash) : FakeReply.NotFound(),
            ("POST", ["api", "repos", "create"]) => new(200) { Body = "{}"u8.ToArray() },
            ("POST", ["api", "models", .., "preupload", _]) => Preupload(request),
            ("POST", ["api", "models", .., "commit", _]) => TakeCommit(request),
            ("POST", [.., "info", "lfs", "objects", "batch"]) => Batch(request),
            ("POST", ["verify"] or ["complete"]) => new(200) { Body = "{}"u8.ToArray() },
            ("PUT", ["put", var name]) => Take(name, request),
            ("GET" or "HEAD", _) when Array.IndexOf(parts, "resolve") is > 0 and var at => File(parts[..at], Uri.UnescapeDataString(string.Join('/', parts[(at + 2)..])), request),
            _ => FakeReply.NotFound(),
        };
    }

    private FakeReply List(string repository, string revision)
    {
        var files = _files.Keys.Where(key => key.StartsWith($"{repository}:", StringComparison.Ordinal)).ToList();
        if (files.Count == 0) return FakeReply.NotFound("RepoNotFound");
        if (revision is not ("main" or "refs/pr/1" or Commit)) return FakeReply.NotFound("RevisionNotFound");
        var siblings = new JsonArray([.. files.Order(StringComparer.Ordinal).Select(key =>
        {
            var (name, content) = (key[(repository.Length + 1)..], _files[key]);
            if (!ListsBlobs) return new JsonObject { ["rfilename"] = name };
            var sibling = new JsonObject { ["rfilename"] = name, ["size"] = content.Length, ["blobId"] = GitHash(content) };
            if (IsLarge(name)) sibling["lfs"] = new JsonObject { ["sha256"] = Sha256(content), ["size"] = content.Length, ["pointerSize"] = 134 };
            return sibling;
        })]);
        return new(200) { Body = Encoding.UTF8.GetBytes(new JsonObject { ["id"] = repository, ["sha"] = Commit, ["siblings"] = siblings }.ToJsonString()) };
    }

    private FakeReply File(string[] repository, string path, FakeRequest request)
    {
        var key = $"{(repository[0] == "datasets" ? "" : "models/")}{string.Join('/', repository)}:{path}";
        if (!_files.TryGetValue(key, out var content)) return FakeReply.NotFound("EntryNotFound");
        if (!IsLarge(path)) return Content(content, request, GitHash(content));
        if (Store is null) return Content(content, request, Sha256(content));
        Store.Stored[Sha256(content)] = content;
        return new(302)
        {
            Headers =
            {
                ["Location"] = $"{Store.Url.AbsoluteUri}store/{Sha256(content)}?X-Amz-Signature=secret", ["X-Linked-Etag"] = $"\"{Sha256(content)}\"",
                ["X-Linked-Size"] = content.Length.ToString(CultureInfo.InvariantCulture), ["X-Repo-Commit"] = Commit,
            },
        };
    }

    private static FakeReply Content(byte[] content, FakeRequest request, string tag)
    {
        var reply = new FakeReply(200) { Headers = { ["ETag"] = $"\"{tag}\"", ["X-Repo-Commit"] = Commit }, Body = content };
        if (request.Header("Range") is not { } range) return reply;
        var start = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
        if (start >= content.Length) return new(416);
        reply.Headers["Content-Range"] = $"bytes {start}-{content.Length - 1}/{content.Length}";
        return reply with { Status = 206, Body = content[start..] };
    }

    private FakeReply Preupload(FakeRequest request)
    {
        var files = JsonNode.Parse(request.Body)!["files"]!.AsArray().Select(file => (JsonNode)new JsonObject
        {
            ["path"] = file!["path"]!.GetValue<string>(), ["uploadMode"] = IsLarge(file["path"]!.GetValue<string>()) ? "lfs" : "regular",
        }).ToArray();
        return new(200) { Body = Encoding.UTF8.GetBytes(new JsonObject { ["files"] = new JsonArray(files) }.ToJsonString()) };
    }

    private FakeReply Batch(FakeRequest request)
    {
        var wanted = JsonNode.Parse(request.Body)!["objects"]![0]!;
        var (oid, size) = (wanted["oid"]!.GetValue<string>(), wanted["size"]!.GetValue<long>());
        var entry = new JsonObject { ["oid"] = oid, ["size"] = size };
        if (!Stored.ContainsKey(oid))
        {
            var host = (Store ?? this).Url.AbsoluteUri;
            var upload = new JsonObject { ["href"] = $"{host}put/{oid}" };
            if (PartBytes > 0)
            {
                upload["href"] = $"{Url.AbsoluteUri}complete";
                var header = new JsonObject { ["chunk_size"] = PartBytes.ToString(CultureInfo.InvariantCulture) };
                for (var part = 1; part <= (size + PartBytes - 1) / PartBytes; part++) header[part.ToString("D5", CultureInfo.InvariantCulture)] = $"{host}put/{oid}-{part}";
                upload["header"] = header;
            }
            entry["actions"] = new JsonObject { ["upload"] = upload, ["verify"] = new JsonObject { ["href"] = $"{Url.AbsoluteUri}verify" } };
        }
        return new(200) { Body = Encoding.UTF8.GetBytes(new JsonObject { ["objects"] = new JsonArray(entry) }.ToJsonString()) };
    }

    private FakeReply Take(string name, FakeRequest request)
    {
        Stored[name] = request.Body;
        return new(200) { Headers = { ["ETag"] = $"\"part-{name}\"" } };
    }

    private FakeReply TakeCommit(FakeRequest request)
    {
        Commits.Enqueue(Encoding.UTF8.GetString(request.Body).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return new(200) { Body = JsonSerializer.SerializeToUtf8Bytes(new { commitOid = Commit }) };
    }
}
