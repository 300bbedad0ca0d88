namespace SaeSharp.Saes.Training.Steps;

/// <summary>Counts for how many tokens each latent has not fired.</summary>
internal sealed class DeadLatents(int dSae, long window)
{
    private readonly int[] _dead = new int[dSae];

    /// <summary>Tokens since each latent fired: [dSae].</summary>
    public long[] SinceFired { get; } = new long[dSae];

    /// <summary>Latents that have not fired for more than the window, ascending.</summary>
    public ReadOnlySpan<int> Find()
    {
        var count = 0;
        for (var f = 0; f < SinceFired.Length; f++)
            if (SinceFired[f] > window) _dead[count++] = f;
        return _dead.AsSpan(0, count);
    }

    /// <summary>Latents that will not have fired for the window or more once a batch of <paramref name="tokens"/> is counted, ascending: dictionary_learning's rule.</summary>
    public ReadOnlySpan<int> FindWith(ReadOnlySpan<bool> fired, int tokens)
    {
        var count = 0;
        for (var f = 0; f < SinceFired.Length; f++)
            if (!fired[f] && SinceFired[f] + tokens >= window) _dead[count++] = f;
        return _dead.AsSpan(0, count);
    }

    /// <summary>Takes note of a batch of <paramref name="tokens"/>.</summary>
    public void Update(ReadOnlySpan<bool> fired, int tokens)
    {
        for (var f = 0; f < SinceFired.Length; f++) SinceFired[f] = fired[f] ? 0 : SinceFired[f] + tokens;
    }
}
