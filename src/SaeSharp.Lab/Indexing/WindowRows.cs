using SaeSharp.Lab.Harvesting;

namespace SaeSharp.Lab.Indexing;

/// <summary>Puts windows together again from a row a token (<see cref="CorpusTable"/>).</summary>
internal sealed class WindowRows
{
    private readonly List<int> _ids = [], _kept = [], _starts = [];
    private int _window = -1;
    private long _first, _document;

    /// <summary>Adds a token; false where it is not one that may come next.</summary>
    public bool Add(int window, long document, int position, int id, bool counts, List<Window> windows)
    {
        if (id < 0 || document < 0) return false;
        if (window == _window + 1 && position == 0 && (window == 0 || document >= _document))
        {
            Close(windows);
            (_window, _first) = (window, document);
        }
        else if (window != _window || position != _ids.Count || document - _document is not (0 or 1)) return false;
        else if (document != _document) _starts.Add(position);
        if (counts) _kept.Add(position);
        _ids.Add(id);
        _document = document;
        return true;
    }

    /// <summary>Ends the last window.</summary>
    public void Close(List<Window> windows)
    {
        if (_ids.Count > 0) windows.Add(new(_first, [.. _ids], [.. _kept]) { Starts = [.. _starts] });
        _ids.Clear();
        _kept.Clear();
        _starts.Clear();
    }
}
