namespace SaeSharp.Lab.Indexing;

/// <summary>The accounts of some features in a row, as many as have <see cref="FiringsAtATime"/> firings together, and the firings they are made from.</summary>
internal sealed record AccountBatch(int First, Firings[] Firings, FeatureAccount[] Accounts)
{
    private const long FiringsAtATime = 1 << 19;

    /// <summary>The first feature behind it.</summary>
    public int End => First + Accounts.Length;

    /// <summary>Reads the firings from feature <paramref name="first"/> on and looks at those of each feature together, several features at a time.</summary>
    public static AccountBatch Gather(int first, CodeSpool spool, long[] fired, TokenPlaces places, Func<int[], string> textOf, IndexSettings settings)
    {
        var (end, count) = (first, 0L);
        while (end < fired.Length && (end == first || count + fired[end] <= FiringsAtATime)) count += fired[end++];
        var (firings, accounts) = (spool.Read(first, end), new FeatureAccount[end - first]);
        Parallel.For(0, firings.Length, () => new AccountScratch(places), (i, _, scratch) =>
        {
            accounts[i] = FeatureAccount.Of(first + i, firings[i], places, scratch, textOf, settings);
            return scratch;
        }, _ => { });
        return new(first, firings, accounts);
    }
}
