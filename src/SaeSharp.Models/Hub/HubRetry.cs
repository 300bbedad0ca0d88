namespace SaeSharp.Models.Hub;

/// <summary>Tries again what may pass: after 1, 2, 4 ... seconds, or when the server says.</summary>
internal sealed class HubRetry(HubOptions options, TimeProvider clock)
{
    /// <summary>A server that asks for a longer wait is told about instead.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(30);

    /// <summary>Runs <paramref name="attempt"/> until it ends well or fails for good.</summary>
    public async Task<T> Run<T>(Func<Task<T>> attempt, CancellationToken cancel)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (HubException error) when (MayRetry(error, tried))
            {
                await Wait(error, tried, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether there is another attempt after the <paramref name="tried"/>th.</summary>
    public bool MayRetry(HubException error, int tried) => error.IsPassing && tried < options.Attempts && (error.After ?? TimeSpan.Zero) <= LongestWait;

    public Task Wait(HubException error, int tried, CancellationToken cancel)
    {
        var step = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, tried - 1), LongestStep.TotalSeconds));
        return Task.Delay(error.After is { } after && after > TimeSpan.Zero ? after : step, clock, cancel);
    }
}
