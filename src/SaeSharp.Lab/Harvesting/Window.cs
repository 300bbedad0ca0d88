namespace SaeSharp.Lab.Harvesting;

/// <summary>A piece of a corpus that goes through the model as one sequence.</summary>
/// <param name="Document">Number of the document it begins in, from 0.</param>
/// <param name="Ids">Token ids.</param>
/// <param name="Kept">Which positions count, ascending.</param>
internal sealed record Window(long Document, int[] Ids, int[] Kept)
{
    /// <summary>Positions behind the first at which another document begins, ascending.</summary>
    public int[] Starts { get; init; } = [];

    /// <summary>The document of each position that counts.</summary>
    public long[] KeptDocuments()
    {
        var (documents, next) = (new long[Kept.Length], 0);
        for (var i = 0; i < Kept.Length; i++)
        {
            while (next < Starts.Length && Starts[next] <= Kept[i]) next++;
            documents[i] = Document + next;
        }
        return documents;
    }
}
