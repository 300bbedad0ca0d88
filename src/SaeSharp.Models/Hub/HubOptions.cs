namespace SaeSharp.Models.Hub;

/// <summary>Which hub, as whom, and where its files are kept: what the tools of Hugging Face read from the same environment variables.</summary>
public sealed record HubOptions
{
    /// <summary>Where the hub is. Effect: every address begins with it. Default: <c>HF_ENDPOINT</c>, or https://huggingface.co.</summary>
    public Uri Endpoint { get; init => field = Checked(value); } = new("https://huggingface.co");

    /// <summary>Sent to the endpoint only, never to another host. Default: <c>HF_TOKEN</c>, or the file that <c>hf auth login</c> writes.</summary>
    public string? Token { get; init => field = value is null || IsToken(value) ? value : throw OptionException.Invalid("The hub's token holds characters a token cannot have.", "Check HF_TOKEN: a token is one word of ASCII."); }

    /// <summary>The cache. Default: <c>HF_HUB_CACHE</c>, or <c>hub</c> in <c>HF_HOME</c>, or ~/.cache/huggingface/hub.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Whether nothing may be fetched: <c>HF_HUB_OFFLINE</c>.</summary>
    public bool Offline { get; init; }

    /// <summary>How long no byte may arrive before a request counts as lost.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the same thing is tried before its error is told.</summary>
    public int Attempts { get; init => field = OptionException.Positive(value); } = 5;

    /// <summary>Files fetched at a time.</summary>
    public int Streams { get; init => field = OptionException.Positive(value); } = 4;

    /// <summary>What the environment says.</summary>
    /// <param name="read">The variable of a name, or null; left out, this process's own.</param>
    public static HubOptions FromEnvironment(Func<string, string?>? read = null)
    {
        string? Value(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
                if ((read ?? Environment.GetEnvironmentVariable)(name)?.Trim() is { Length: > 0 } value) return value;
            return null;
        }
        var home = Value("HF_HOME") ?? Path.Combine(Value("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "huggingface");
        var options = new HubOptions
        {
            CacheFolder = Path.GetFullPath(Expand(Value("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub"))),
            Token = Value("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ?? TokenIn(Expand(Value("HF_TOKEN_PATH") ?? Path.Combine(home, "token"))),
            Offline = IsOn(Value("HF_HUB_OFFLINE")) || IsOn(Value("TRANSFORMERS_OFFLINE")),
        };
        if (Value("HF_ENDPOINT") is not { } endpoint) return options;
        return options with { Endpoint = Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) ? uri : throw BadEndpoint(endpoint) };
    }

    /// <summary>Everything but the token.</summary>
    public override string ToString() => $"{Endpoint} in {CacheFolder}{(Token is null ? "" : " with a token")}{(Offline ? ", offline" : "")}";

    private static bool IsOn(string? value) => value?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

    private static bool IsToken(string token) => token.Length is > 0 and <= 1024 && token.All(letter => letter is > ' ' and <= '~');

    private static string? TokenIn(string file)
    {
        try
        {
            return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // as if nobody had logged in: a request that needs a token says so
        }
    }

    private static string Expand(string path) => path == "~" || path.StartsWith("~/", StringComparison.Ordinal)
        ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..]
        : path;

    private static Uri Checked(Uri endpoint) => endpoint is { IsAbsoluteUri: true, UserInfo: "", Query: "", Fragment: "" } && (endpoint.Scheme == Uri.UriSchemeHttps || endpoint.Scheme == Uri.UriSchemeHttp)
        ? endpoint
        : throw BadEndpoint(endpoint.OriginalString);

    private static OptionException BadEndpoint(string text) => OptionException.Invalid($"The hub's address is '{text}', expected http or https without user, query and fragment.", "Set HF_ENDPOINT to an address such as https://huggingface.co, or unset it.");
}
