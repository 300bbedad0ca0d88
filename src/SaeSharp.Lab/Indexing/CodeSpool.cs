using System.Runtime.InteropServices;
using SaeSharp.Lab.Library;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Indexing;

/// <summary>Sparse codes of a whole corpus on disk, in blocks, each by feature and by token: afterwards each feature's firings can be read together, and what fires together on each token.</summary>
/// <remarks>
/// Memory is fixed (one block), the cost is tokens × k: one counting sort a block. Sixteen bytes a firing, in a temporary file that vanishes with the spool.
/// Roads not taken: online sketches of every feature (heaps, reservoirs) need no file, but cannot know the intervals of [0, max] before the end.
/// </remarks>
internal sealed class CodeSpool : IDisposable
{
    private const int BlockRows = 1 << 15;
    private readonly List<Block> _blocks = [];
    private readonly List<int> _features = [];
    private readonly List<int> _rowEnds = [];
    private readonly List<float> _values = [];
    private readonly FileStream _file;
    private readonly int _dSae;
    private readonly long _expectedTokens;
    private int _rows, _blockStart;

    /// <param name="folder">Where the temporary file may lie.</param>
    /// <param name="dSae">Features of the SAE whose codes these are.</param>
    /// <param name="expectedTokens">Tokens that will come, to refuse early what the disk cannot hold.</param>
    public CodeSpool(string folder, int dSae, long expectedTokens)
    {
        Directory.CreateDirectory(folder);
        (_dSae, _expectedTokens) = (dSae, expectedTokens);
        _file = new(Path.Combine(folder, $"spool{Leftovers.Mark}{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
    }

    public int Tokens => _rows;

    /// <summary>Firings of each feature, [dSae].</summary>
    public long[] Fired() => [.. Enumerable.Range(0, _dSae).Select(feature => _blocks.Sum(block => (long)block.Starts[feature + 1] - block.Starts[feature]))];

    /// <summary>Adds the coefficients of the next tokens.</summary>
    public void Add(SparseCodes codes)
    {
        for (var row = 0; row < codes.Rows; row++)
        {
            var indices = codes.RowIndices(row);
            var values = codes.RowValues(row);
            for (var i = 0; i < indices.Length; i++)
            {
                if (values[i] <= 0) continue;
                _features.Add(indices[i]);
                _values.Add(values[i]);
            }
            _rowEnds.Add(_features.Count);
            _rows = checked(_rows + 1);
            if (_rows - _blockStart >= BlockRows || _features.Count >= 1 << 24) Flush();
        }
    }

    /// <summary>Writes out what is left; call once, before reading.</summary>
    public void Complete()
    {
        Flush();
        _file.Flush();
    }

    /// <summary>The firings of features [<paramref name="from"/>, <paramref name="to"/>), each in token order.</summary>
    public Firings[] Read(int from, int to)
    {
        var found = new Firings[to - from];
        for (var i = 0; i < found.Length; i++)
        {
            var count = _blocks.Sum(block => block.Starts[from + i + 1] - block.Starts[from + i]);
            found[i] = new(new int[count], new float[count]);
        }
        var filled = new int[found.Length];
        foreach (var block in _blocks)
        {
            var (first, (tokens, values)) = (block.Starts[from], Firings(block, from, to));
            for (var i = 0; i < found.Length; i++)
            {
                var (start, count) = (block.Starts[from + i] - first, block.Starts[from + i + 1] - block.Starts[from + i]);
                tokens.AsSpan(start, count).CopyTo(found[i].Tokens.AsSpan(filled[i]));
                values.AsSpan(start, count).CopyTo(found[i].Values.AsSpan(filled[i]));
                filled[i] += count;
            }
        }
        return found;
    }

    /// <summary>All codes token by token, a block at a time.</summary>
    public IEnumerable<SparseCodes> Codes() => _blocks.Select(Codes);

    /// <summary>The same, and beside it where features [<paramref name="from"/>, <paramref name="to"/>) fire.</summary>
    public IEnumerable<SpooledBlock> Blocks(int from, int to)
    {
        foreach (var block in _blocks)
        {
            var (rows, values) = Firings(block, from, to);
            for (var i = 0; i < rows.Length; i++) rows[i] -= block.FirstToken;
            yield return new(Codes(block), from, block.Starts, rows, values);
        }
    }

    private SparseCodes Codes(Block block)
    {
        var (features, values) = (new int[block.Starts[^1]], new float[block.Starts[^1]]);
        var offset = block.Offset + 2L * features.Length * sizeof(int);
        ReadExactly(MemoryMarshal.AsBytes(features.AsSpan()), offset);
        ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()), offset + (long)features.Length * sizeof(int));
        return new(_dSae, block.RowStarts, features, values);
    }

    /// <summary>Tokens and values of features [<paramref name="from"/>, <paramref name="to"/>) in a block, one feature after another.</summary>
    private (int[] Tokens, float[] Values) Firings(Block block, int from, int to)
    {
        var (first, last) = (block.Starts[from], block.Starts[to]);
        var (tokens, values) = (new int[last - first], new float[last - first]);
        ReadExactly(MemoryMarshal.AsBytes(tokens.AsSpan()), block.Offset + (long)first * sizeof(int));
        ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()), block.Offset + (long)block.Starts[^1] * sizeof(int) + (long)first * sizeof(float));
        return (tokens, values);
    }

    public void Dispose() => _file.Dispose();

    private void Flush()
    {
        if (_features.Count > 0)
        {
            RequireSpace();
            var starts = new int[_dSae + 1];
            foreach (var feature in _features) starts[feature + 1]++;
            for (var feature = 0; feature < _dSae; feature++) starts[feature + 1] += starts[feature];
            var next = starts[..^1];
            var (tokens, values) = (new int[_features.Count], new float[_features.Count]);
            for (var (row, i) = (0, 0); row < _rowEnds.Count; row++)
            {
                for (; i < _rowEnds[row]; i++)
                {
                    var place = next[_features[i]]++;
                    (tokens[place], values[place]) = (_blockStart + row, _values[i]);
                }
            }
            _blocks.Add(new(_blockStart, _file.Length, starts, [0, .. _rowEnds]));
            _file.Seek(0, SeekOrigin.End);
            _file.Write(MemoryMarshal.AsBytes(tokens.AsSpan()));
            _file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
            _file.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_features)));
            _file.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_values)));
            _file.Flush();
            _features.Clear();
            _values.Clear();
        }
        _rowEnds.Clear();
        _blockStart = _rows;
    }

    private void RequireSpace()
    {
        var l0 = (double)_features.Count / (_rows - _blockStart);
        var needed = l0 * (_expectedTokens - _blockStart) * 16;
        var free = new DriveInfo(Path.GetFullPath(_file.Name)).AvailableFreeSpace;
        if (needed > free) throw LabException.OutOfSpace(Path.GetDirectoryName(_file.Name)!, needed / (1L << 30), (double)free / (1L << 30), l0);
    }

    private void ReadExactly(Span<byte> bytes, long offset)
    {
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(_file.SafeFileHandle, bytes[done..], offset + done);
            if (read == 0) throw new EndOfStreamException($"{_file.Name} ended at byte {offset + done}.");
            done += read;
        }
    }

    private sealed record Block(int FirstToken, long Offset, int[] Starts, int[] RowStarts);
}

/// <summary>Where and how strongly one feature fires, in token order.</summary>
/// <param name="Tokens">Numbers of the tokens, counted over all tokens that count.</param>
/// <param name="Values">Its value on each.</param>
internal sealed record Firings(int[] Tokens, float[] Values);
