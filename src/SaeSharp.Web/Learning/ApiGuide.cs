namespace SaeSharp.Web.Learning;

/// <summary>The page about the HTTP API: docs/api.md, which travels inside this assembly.</summary>
internal static class ApiGuide
{
    /// <summary>Where it is served.</summary>
    public const string Address = "/api/docs";

    private static readonly Lazy<LearnPage> Read = new(() =>
    {
        using var reader = new StreamReader(typeof(ApiGuide).Assembly.GetManifestResourceStream("guide/api")!);
        return LearnMarkdown.Read("api", reader.ReadToEnd());
    });

    /// <summary>The page.</summary>
    public static LearnPage Page => Read.Value;
}
