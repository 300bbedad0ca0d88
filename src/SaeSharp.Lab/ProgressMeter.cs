using System.Diagnostics;

namespace SaeSharp.Lab;

/// <summary>Turns counts into <see cref="Progress"/>: speed and time left, at most some ten reports a second.</summary>
internal sealed class ProgressMeter(IProgress<Progress>? sink, string stage, long total, string unit)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _next;

    /// <summary>Says that <paramref name="done"/> of the total are done, <paramref name="before"/> of them before the stage began.</summary>
    public void Report(long done, Func<IReadOnlyDictionary<string, double>>? figures = null, long before = 0, Func<IReadOnlyList<string>>? texts = null)
    {
        if (sink is null || (_clock.Elapsed < _next && done < total)) return;
        _next = _clock.Elapsed + Pause;
        var perSecond = _clock.Elapsed.TotalSeconds > 0 ? (done - before) / _clock.Elapsed.TotalSeconds : 0;
        TimeSpan? left = perSecond > 0 && total > 0 ? TimeSpan.FromSeconds((total - done) / perSecond) : null;
        sink.Report(new(stage, done, total, perSecond, left, unit) { Figures = figures?.Invoke(), Texts = texts?.Invoke() });
    }
}
