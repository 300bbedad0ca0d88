namespace SaeSharp.Models.Training;

/// <summary>Fills batches of a fixed number of rows with documents, one after another; no document sees another.</summary>
/// <remarks>
/// A document of n tokens gives n − 1 rows: each token but the last, with the next as its target. One that is longer than the context is cut into pieces, the oldest document
/// always comes first, and where it does not fit into what is left of a batch the longest of some that wait behind it takes the place. Rows that stay empty have no target.
/// The same documents give the same batches.
/// </remarks>
public sealed class DocumentPacker
{
    private const int MostWaiting = 64;
    private readonly IEnumerator<int[]> _documents;
    private readonly List<Piece> _waiting = new(MostWaiting);
    private readonly int _context;
    private readonly int[] _fill, _noTargets;
    private int[] _document = [];
    private int _start;

    /// <param name="documents">Token ids of each document, with whatever begins and ends it; those with fewer than two tokens teach nothing and are passed over.</param>
    /// <param name="context">Most rows of a sequence.</param>
    /// <param name="fillId">The token of rows that stay empty.</param>
    public DocumentPacker(IEnumerable<int[]> documents, int context, int fillId = 0)
    {
        ArgumentNullException.ThrowIfNull(documents);
        (_documents, _context) = (documents.GetEnumerator(), OptionException.Positive(context));
        (_fill, _noTargets) = (new int[context], new int[context]);
        Array.Fill(_fill, OptionException.NotNegative(fillId));
        Array.Fill(_noTargets, TrainingBatch.NoTarget);
    }

    /// <summary>Puts <paramref name="rows"/> rows into an emptied batch; false where no document is left.</summary>
    public bool Fill(TrainingBatch batch, int rows)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Clear();
        while (batch.Rows < rows && Take(rows - batch.Rows) is { } piece)
            batch.Add(piece.Ids.AsSpan(piece.Start, piece.Rows), piece.Ids.AsSpan(piece.Start + 1, piece.Rows));
        if (batch.Rows == 0) return false;
        while (batch.Rows < rows)
        {
            var count = Math.Min(_context, rows - batch.Rows);
            batch.Add(_fill.AsSpan(0, count), _noTargets.AsSpan(0, count));
        }
        return true;
    }

    /// <summary>The oldest piece if it fits, else the longest that does; null where none does, or where nothing is left.</summary>
    private Piece? Take(int room)
    {
        while (_waiting.Count < MostWaiting && Cut()) { }
        var best = -1;
        for (var i = 0; i < _waiting.Count; i++)
        {
            if (_waiting[i].Rows > room || (best >= 0 && _waiting[i].Rows <= _waiting[best].Rows)) continue;
            best = i;
            if (i == 0) break;
        }
        if (best < 0) return null;
        var piece = _waiting[best];
        _waiting.RemoveAt(best);
        return piece;
    }

    /// <summary>Takes the next piece of the documents; false where there is none.</summary>
    private bool Cut()
    {
        while (_start + 1 >= _document.Length)
        {
            if (!_documents.MoveNext()) return false;
            (_document, _start) = (_documents.Current, 0);
        }
        _waiting.Add(new(_document, _start, Math.Min(_context, _document.Length - 1 - _start)));
        _start += _context;
        return true;
    }

    private readonly record struct Piece(int[] Ids, int Start, int Rows);
}
