namespace SaeSharp.Web;

/// <summary>How the workbench is served. It is always bound to this machine alone.</summary>
public sealed record WebOptions
{
    /// <summary>The port that <c>sae serve</c> uses unless told otherwise.</summary>
    public const int DefaultPort = 5317;

    /// <summary>TCP port on 127.0.0.1 and ::1; 0 takes any free port of 127.0.0.1.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Told the address once the pages can be opened, for example <c>http://127.0.0.1:5317</c>.</summary>
    public Action<Uri>? Listening { get; init; }
}
