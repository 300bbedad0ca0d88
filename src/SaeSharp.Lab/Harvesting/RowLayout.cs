using SaeSharp.Numerics;

namespace SaeSharp.Lab.Harvesting;

/// <summary>What one training row is made of, side by side: one hook; several hooks of one token (crosscoder, transcoder); neighbouring tokens (temporal SAE).</summary>
/// <remarks>Written as parts joined by +: <c>blocks.1.hook_resid_post+blocks.1.hook_resid_post@-1</c>. A token is a row where all its neighbours are there: in the same window and document, and tokens that count.</remarks>
internal sealed class RowLayout
{
    public const int FarthestNeighbour = 1024;
    private readonly int _first, _last;

    /// <param name="parts">The parts in order.</param>
    public RowLayout(params IReadOnlyList<RowPart> parts)
    {
        Parts = parts;
        (_first, _last) = (Math.Min(0, parts.Min(part => part.Offset)), Math.Max(0, parts.Max(part => part.Offset)));
        Hooks = [.. parts.Select(part => part.Hook).Distinct()];
    }

    public IReadOnlyList<RowPart> Parts { get; }

    /// <summary>The hooks that it needs, each once.</summary>
    public IReadOnlyList<string> Hooks { get; }

    /// <summary>The first neighbour that it needs: 0, or below.</summary>
    public int First => _first;

    /// <summary>The last neighbour that it needs: 0, or above.</summary>
    public int Last => _last;

    /// <summary>Whether it looks at other tokens than the row's own.</summary>
    public bool HasNeighbours => _first != _last;

    public static RowLayout Parse(string text) => new([.. text.Split('+').Select(RowPart.Parse)]);

    public override string ToString() => string.Join('+', Parts);

    /// <summary>Whether the token in <paramref name="row"/> of consecutive tokens that count has all neighbours that this asks for.</summary>
    /// <param name="positions">Position of each token in its window.</param>
    /// <param name="documents">Document of each token.</param>
    /// <param name="row">The token.</param>
    public bool Fits(ReadOnlySpan<int> positions, ReadOnlySpan<long> documents, int row)
    {
        if (!HasNeighbours) return true;
        // Rows rise by position within a window, so all between two rows that lie as far apart as their positions are there too.
        return row + _first >= 0 && row + _last < positions.Length
            && positions[row + _first] == positions[row] + _first && documents[row + _first] == documents[row]
            && positions[row + _last] == positions[row] + _last && documents[row + _last] == documents[row];
    }

    /// <summary>Copies the row of token <paramref name="row"/> into row <paramref name="to"/> of <paramref name="x"/> [rows, width].</summary>
    /// <param name="sources">For each part its hook's activations, [tokens, dIn].</param>
    /// <param name="row">The token.</param>
    /// <param name="x">The rows.</param>
    /// <param name="to">Which of them.</param>
    public void Copy(IReadOnlyList<Tensor> sources, int row, Tensor x, int to)
    {
        var column = 0;
        for (var part = 0; part < Parts.Count; part++)
        {
            var source = sources[part];
            source.ConvertRow(row + Parts[part].Offset, 0, x, to, column, source.Columns);
            column += source.Columns;
        }
    }
}
