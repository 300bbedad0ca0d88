namespace SaeSharp.Web.Learning;

/// <summary>The pages of docs/learn, which travel inside this assembly.</summary>
internal static class LearnPages
{
    private const string Folder = "learn/";

    /// <summary>In this order they make a course; what is not named follows.</summary>
    private static readonly string[] Course = ["one-token", "loss-and-sparsity", "feature-numbers", "single-tokens-and-context", "finding-a-feature", "steering", "lasso-and-saes"];
    private static readonly Lazy<IReadOnlyList<LearnPage>> Read = new(ReadAll);

    /// <summary>All pages, in order.</summary>
    public static IReadOnlyList<LearnPage> All => Read.Value;

    private static IReadOnlyList<LearnPage> ReadAll()
    {
        var assembly = typeof(LearnPages).Assembly;
        return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return LearnMarkdown.Read(name[Folder.Length..], reader.ReadToEnd());
        }).OrderBy(page => Array.IndexOf(Course, page.Name) is >= 0 and var place ? place : Course.Length).ThenBy(page => page.Name, StringComparer.Ordinal)];
    }
}
