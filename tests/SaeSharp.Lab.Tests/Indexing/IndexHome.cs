using SaeSharp.Lab.Harvesting;
using SaeSharp.Lab.Indexing;

namespace SaeSharp.Lab.Tests.Indexing;

/// <summary>A workspace with the SAEs of <see cref="TinyWorkspace"/> and indexes of its own, so that nobody else's newest index changes.</summary>
internal sealed class IndexHome : IDisposable
{
    private static readonly string[] Texts = File.ReadAllText(TinyWorkspace.Corpus.Texts!).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
    private readonly TemporaryFolder _folder = new();

    public IndexHome(TinyWorkspace tiny)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(tiny.Home, "saes"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Home, Path.GetRelativePath(tiny.Home, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        Workspace = Workspace.Open(Home, threads: 2);
    }

    public string Home => _folder["home"];

    public Workspace Workspace { get; }

    /// <summary>A file of some of the sample's texts.</summary>
    public string Part(int from, int to)
    {
        var file = _folder[$"texts-{from}-{to}.txt"];
        File.WriteAllText(file, string.Join("\n\n", Texts[from..Math.Min(to, Texts.Length)]));
        return file;
    }

    public static IndexRequest Request(string texts) => new() { Sae = TinyWorkspace.Sae, Corpus = TinyWorkspace.Corpus with { Texts = texts }, Postings = true, Seed = 5 };

    /// <summary>The index of some texts, or the one that they are added to.</summary>
    public Task<IndexInfo> Index(string texts, bool more = false) => Index(Request(texts) with { More = more });

    public async Task<IndexInfo> Index(IndexRequest request) => (await Workspace.Index(request)).Saes[0].Index;

    public async Task<IndexInfo> Merge(params string[] parts) => (await Workspace.MergeIndexes(new() { Parts = parts })).Saes[0].Index;

    public void Dispose()
    {
        Workspace.Dispose();
        _folder.Dispose();
    }
}
