namespace SaeSharp.Models.Tokenizers.Training;

/// <summary>A word spelled in tokens, and how often it comes.</summary>
internal sealed class CountedWord(List<int> tokens, long count)
{
    public List<int> Tokens => tokens;

    public long Count => count;

    /// <summary>Puts <paramref name="id"/> in place of each such pair, from left to right, and tells which pairs came or went.</summary>
    public void Merge((int Left, int Right) pair, int id, Action<(int, int), long> change)
    {
        for (var i = 0; i + 1 < tokens.Count; i++)
        {
            if (tokens[i] != pair.Left || tokens[i + 1] != pair.Right) continue;
            if (i > 0)
            {
                change((tokens[i - 1], pair.Left), -count);
                change((tokens[i - 1], id), count);
            }
            if (i + 2 < tokens.Count)
            {
                change((pair.Right, tokens[i + 2]), -count);
                change((id, tokens[i + 2]), count);
            }
            change(pair, -count);
            tokens[i] = id;
            tokens.RemoveAt(i + 1);
        }
    }
}
