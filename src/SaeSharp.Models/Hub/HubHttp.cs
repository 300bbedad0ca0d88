using System.Net;
using System.Net.Http.Headers;

namespace SaeSharp.Models.Hub;

/// <summary>One request to the hub: with its token, over its redirects, with typed errors. Tries nothing twice.</summary>
/// <remarks>The token goes to the endpoint's own scheme, host and port alone. A redirect may lead to another host (large files lie elsewhere), but not from https to http, and nowhere else.</remarks>
internal sealed class HubHttp(HubOptions options, TimeProvider clock) : IDisposable
{
    private const int MostRedirects = 10, MostWords = 4096;
    private static readonly string Agent = $"saesharp/{typeof(HubHttp).Assembly.GetName().Version?.ToString(3)}";
    private static readonly int[] Redirects = [301, 302, 303, 307, 308];

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None, ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxResponseHeadersLength = 64,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    public HubOptions Options => options;

    public TimeProvider Clock => clock;

    /// <summary>An address under the endpoint. <paramref name="path"/> is built from ids and escaped parts only.</summary>
    public Uri Address(string path) => new($"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");

    /// <summary>Sends a request and follows redirects until there is an answer with a body to read; errors are thrown, <paramref name="id"/> and <paramref name="file"/> saying what they are about.</summary>
    public async Task<HubAnswer> Send(HttpMethod method, Uri address, HubId id, HubPath? file, Action<HttpRequestMessage>? prepare, CancellationToken cancel, params int[] accepted)
    {
        var (facts, first) = (default(HubFacts), address);
        for (var hops = 0; hops <= MostRedirects; hops++)
        {
            var response = await SendOnce(method, address, prepare, cancel).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode || Redirects.Contains(status)) facts = facts.Or(HubFacts.Read(response));
            if (!Redirects.Contains(status))
            {
                if (response.IsSuccessStatusCode || accepted.Contains(status)) return new(response, address, facts);
                using (response) throw await Failure(response, address, id, file, cancel).ConfigureAwait(false);
            }
            var next = Next(address, response.Headers.Location);
            var atHost = method == HttpMethod.Head && !IsEndpoint(next); // what the hub knows about the file stands in its own answer
            if (atHost) return new(response, address, facts);
            response.Dispose();
            address = next;
        }
        throw HubException.TooManyRedirects(first);
    }

    /// <summary>Reads into <paramref name="buffer"/>; 0 at the end. A connection that breaks or falls silent is a passing error.</summary>
    public async ValueTask<int> Read(Stream body, Memory<byte> buffer, Uri address, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(options.Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            return await body.ReadAsync(buffer, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw HubException.Silent(address, options.Patience);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or ObjectDisposedException) // a token that ends it as it begins finds the connection closed
        {
            cancel.ThrowIfCancellationRequested();
            throw patience.IsCancellationRequested ? HubException.Silent(address, options.Patience) : HubException.Unreachable(address, error, passing: true);
        }
    }

    /// <summary>A whole body, refused where it is larger than <paramref name="most"/>.</summary>
    public async Task<byte[]> ReadAll(HubAnswer answer, int most, CancellationToken cancel)
    {
        var body = await answer.Response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        using var all = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = await Read(body, buffer, answer.Address, cancel).ConfigureAwait(false)) > 0;)
        {
            if (all.Length + read > most) throw HubException.WrongSize(answer.Address.AbsolutePath, all.Length + read, most);
            all.Write(buffer, 0, read);
        }
        if (answer.Response.Content.Headers.ContentLength is { } length && length != all.Length) throw HubException.Truncated(answer.Address.AbsolutePath, all.Length, length);
        return all.ToArray();
    }

    public void Dispose() => _http.Dispose();

    private bool IsEndpoint(Uri address) => Uri.Compare(address, options.Endpoint, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static Uri Next(Uri from, Uri? location)
    {
        if (location is null || !Uri.TryCreate(from, location, out var next)) throw HubException.BadRedirect(from, location?.OriginalString);
        var isHttp = next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && from.Scheme == Uri.UriSchemeHttp);
        return isHttp && next.UserInfo.Length == 0 ? next : throw HubException.BadRedirect(from, next.OriginalString);
    }

    private async Task<HttpResponseMessage> SendOnce(HttpMethod method, Uri address, Action<HttpRequestMessage>? prepare, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, address);
        prepare?.Invoke(request);
        request.Headers.UserAgent.ParseAdd(Agent);
        if (options.Token is { } token && IsEndpoint(address) && request.Headers.Authorization is null) request.Headers.Authorization = new("Bearer", token);
        // A large body takes its time; only waiting for the answer is limited, and that begins when the body is gone.
        var patient = request.Content is null or ByteArrayContent;
        using var patience = new CancellationTokenSource(patient ? options.Patience : Timeout.InfiniteTimeSpan, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw HubException.Silent(address, options.Patience);
        }
        catch (HttpRequestException error)
        {
            // A name that does not resolve and a certificate that does not hold will not do so a second later.
            throw HubException.Unreachable(address, error, error.HttpRequestError is not (HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError));
        }
    }

    private async Task<HubException> Failure(HttpResponseMessage response, Uri address, HubId id, HubPath? file, CancellationToken cancel)
    {
        var (status, hasToken) = (response.StatusCode, options.Token is not null);
        if ((int)status is 429 or 408 or >= 500) return HubException.Busy(address, status, Wait(response.Headers.RetryAfter));
        if (!IsEndpoint(address)) return HubException.Unexpected(address, status, null); // the words of other hosts are not ours to show
        var code = response.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.FirstOrDefault() : null;
        return (code, (int)status) switch
        {
            ("GatedRepo", _) => HubException.NotAllowed(id, options.Endpoint, hasToken),
            ("EntryNotFound", _) when file is not null => HubException.NoFile(id, file),
            ("RevisionNotFound", _) => HubException.NoRevision(id),
            ("RepoNotFound", _) => HubException.NoRepository(id, hasToken),
            (_, 401) => HubException.NeedsToken(id, hasToken),
            (_, 403) => HubException.NotAllowed(id, options.Endpoint, hasToken),
            (_, 404) => HubException.NoRepository(id, hasToken),
            _ => HubException.Unexpected(address, status, await Words(response, address, cancel).ConfigureAwait(false)),
        };
    }

    private TimeSpan? Wait(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > clock.GetUtcNow() ? date - clock.GetUtcNow() : TimeSpan.Zero,
        _ => null,
    };

    private async Task<string?> Words(HttpResponseMessage response, Uri address, CancellationToken cancel)
    {
        var buffer = new byte[MostWords];
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var count = await Read(stream, buffer, address, cancel).ConfigureAwait(false);
        return count == 0 ? null : System.Text.Encoding.UTF8.GetString(buffer, 0, count).Trim();
    }
}
