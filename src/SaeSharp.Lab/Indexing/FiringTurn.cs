using System.Runtime.InteropServices;
using SaeSharp.Lab.Library;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Indexing;

/// <summary>Takes firings feature by feature, as posting lists have them, and hands them on token by token, as encoders do.</summary>
/// <remarks>
/// They are dealt into stretches of tokens on the way in, a page of each in memory and the full ones in a temporary file, and a stretch is sorted on the way out: twelve bytes a firing on disk,
/// one stretch in memory. The order of features within a token is the order in which they came.
/// </remarks>
internal sealed class FiringTurn : IDisposable
{
    private const int StretchTokens = 1 << 14, PageFirings = 256;
    private readonly Stretch[] _stretches;
    private readonly FileStream _file;
    private readonly int _dSae, _tokens;
    private readonly List<Firing> _entries = [];

    /// <param name="folder">Where the temporary file may lie.</param>
    /// <param name="dSae">Features.</param>
    /// <param name="tokens">Every token is below it.</param>
    public FiringTurn(string folder, int dSae, int tokens)
    {
        Directory.CreateDirectory(folder);
        (_dSae, _tokens) = (dSae, tokens);
        _stretches = new Stretch[(tokens + StretchTokens - 1) / StretchTokens];
        for (var i = 0; i < _stretches.Length; i++) _stretches[i] = new();
        _file = new(Path.Combine(folder, $"turn{Leftovers.Mark}{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
    }

    /// <summary>Adds a firing; features come in rising order.</summary>
    public void Add(int feature, int token, float value)
    {
        var stretch = _stretches[token / StretchTokens];
        stretch.Page.Add(new(token, feature, value));
        if (stretch.Page.Count < PageFirings) return;
        stretch.Pages.Add(_file.Position);
        _file.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(stretch.Page)));
        stretch.Page.Clear();
    }

    /// <summary>The codes of all tokens, a stretch at a time, those of tokens on which nothing fires empty. Call once, after the last firing.</summary>
    public IEnumerable<SparseCodes> Codes()
    {
        _file.Flush();
        for (var i = 0; i < _stretches.Length; i++) yield return CodesOf(_stretches[i], i * StretchTokens, Math.Min(StretchTokens, _tokens - i * StretchTokens));
    }

    public void Dispose() => _file.Dispose();

    private SparseCodes CodesOf(Stretch stretch, int first, int count)
    {
        Gather(stretch);
        var starts = new int[count + 1];
        foreach (var firing in _entries) starts[firing.Token - first + 1]++;
        for (var row = 0; row < count; row++) starts[row + 1] += starts[row];
        var (next, indices, values) = (starts[..^1], new int[_entries.Count], new float[_entries.Count]);
        foreach (var firing in _entries)
        {
            var place = next[firing.Token - first]++;
            (indices[place], values[place]) = (firing.Feature, firing.Value);
        }
        return new(_dSae, starts, indices, values);
    }

    private void Gather(Stretch stretch)
    {
        _entries.Clear();
        foreach (var offset in stretch.Pages)
        {
            var before = _entries.Count;
            CollectionsMarshal.SetCount(_entries, checked(before + PageFirings));
            _file.Seek(offset, SeekOrigin.Begin);
            _file.ReadExactly(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_entries)[before..]));
        }
        _entries.AddRange(stretch.Page);
    }

    private sealed class Stretch
    {
        public List<long> Pages { get; } = [];

        public List<Firing> Page { get; } = new(PageFirings);
    }

    private readonly record struct Firing(int Token, int Feature, float Value);
}
