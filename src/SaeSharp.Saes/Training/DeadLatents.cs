namespace SaeSharp.Saes.Training;

/// <summary>Counts for how many steps each latent has not fired.</summary>
internal sealed class DeadLatents(int dSae, int window)
{
    private readonly int[] _dead = new int[dSae];

    /// <summary>Steps since each latent fired: [dSae].</summary>
    public int[] SinceFired { get; } = new int[dSae];

    /// <summary>Latents that have not fired for more than the window, ascending.</summary>
    public ReadOnlySpan<int> Find()
    {
        var count = 0;
        for (var f = 0; f < SinceFired.Length; f++)
            if (SinceFired[f] > window) _dead[count++] = f;
        return _dead.AsSpan(0, count);
    }

    /// <summary>Takes note of a step.</summary>
    public void Update(ReadOnlySpan<bool> fired)
    {
        for (var f = 0; f < SinceFired.Length; f++) SinceFired[f] = fired[f] ? 0 : SinceFired[f] + 1;
    }
}
