using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Demo.World.Text;

namespace SaeSharp.Lab.Demo.Presets;

/// <summary>Requests of the world as a user types them: as many of each of the four kinds, each once.</summary>
internal static class PresetRequests
{
    private const int EachKind = 6, Seed = 3_000, MostTexts = 20_000;

    private static readonly Lazy<(IReadOnlyList<string> Harmful, IReadOnlyList<string> Harmless)> Drawn = new(() => (Draw(harmful: true), Draw(harmful: false)));

    public static IReadOnlyList<string> Harmful => Drawn.Value.Harmful;

    public static IReadOnlyList<string> Harmless => Drawn.Value.Harmless;

    /// <summary>What the user asks, out of a whole prompt "user : .. assistant :".</summary>
    public static string Unwrapped(string prompt)
    {
        const string before = "user : ", after = " assistant :";
        var asked = prompt.Trim();
        if (asked.StartsWith(before, StringComparison.Ordinal)) asked = asked[before.Length..];
        return asked.EndsWith(after, StringComparison.Ordinal) ? asked[..^after.Length] : asked;
    }

    private static List<string> Draw(bool harmful)
    {
        var found = new Dictionary<string, HashSet<string>>();
        foreach (var document in new WorldStream(WorldGrammar.Default, Seed).From().Take(MostTexts))
        {
            if (document.Request is not { HasTail: false } request || request.IsHarmful != harmful || Asked(document) is not { } text) continue;
            var kind = found.TryGetValue(request.Kind, out var known) ? known : found[request.Kind] = [];
            if (kind.Count < EachKind) kind.Add(text);
            if (found.Count == 4 && found.Values.All(texts => texts.Count == EachKind)) break;
        }
        return [.. found.OrderBy(kind => kind.Key, StringComparer.Ordinal).SelectMany(kind => kind.Value)];
    }

    /// <summary>The user's words, where the text begins with them: &lt;bos&gt; user : .. assistant.</summary>
    private static string? Asked(WorldDocument document)
    {
        const int first = 3;
        var end = document.Request!.Assistant;
        var words = WorldGrammar.Default.Lexicon.Words;
        return end > first && words[document.Ids[1]] == "user" && !document.Ids[first..end].Any(id => words[id] is "user" or "assistant")
            ? WorldTokenizer.Text(WorldGrammar.Default.Lexicon, document.Ids.AsSpan(first, end - first))
            : null;
    }
}
