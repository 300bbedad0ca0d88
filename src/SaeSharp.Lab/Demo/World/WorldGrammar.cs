using System.Reflection;
using SaeSharp.Lab.Demo.World.Concepts;
using SaeSharp.Lab.Demo.World.Grammar;
using SaeSharp.Lab.Demo.World.Grammar.Nodes;
using SaeSharp.Lab.Demo.World.Words;

namespace SaeSharp.Lab.Demo.World;

/// <summary>The language of the demo world: its words, concepts, variables and rules, read from the files of <c>Data/</c> that stand in the assembly.</summary>
internal sealed class WorldGrammar
{
    /// <summary>Tokens that the longest text has at most: a story of six quotations comes to 200. Nearly all have fewer than 128.</summary>
    public const int Context = 256;

    private static readonly Lazy<WorldGrammar> Read = new(() => new(Lines));

    /// <param name="lines">The lines of a file; of all files whose names begin so.</param>
    public WorldGrammar(Func<string, IEnumerable<(string File, IEnumerable<string> Lines)>> lines)
    {
        Concepts = ConceptTable.Read(lines("concepts").SelectMany(file => file.Lines));
        Variables = VariableTable.Read(lines("variables").SelectMany(file => file.Lines), Concepts);
        Lexicon = new(Concepts);
        foreach (var (_, words) in lines("words")) Lexicon.Read(words);
        var reader = new GrammarReader(Lexicon, Concepts, Variables);
        foreach (var (file, rules) in lines("rules")) reader.Read(file, rules);
        Document = reader.Rule("document");
    }

    public static WorldGrammar Default => Read.Value;

    public ConceptTable Concepts { get; }

    public VariableTable Variables { get; }

    public Lexicon Lexicon { get; }

    /// <summary>What every text is.</summary>
    public Node Document { get; }

    private static IEnumerable<(string File, IEnumerable<string> Lines)> Lines(string prefix)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith($"demo-world/{prefix}", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name, [.. reader.ReadToEnd().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0 && line[0] != '#')]);
        }
    }
}
