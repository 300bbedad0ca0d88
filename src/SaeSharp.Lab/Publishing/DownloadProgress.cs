using SaeSharp.Models.Hub;

namespace SaeSharp.Lab.Publishing;

/// <summary>Bytes of a download as the progress of a verb. Speed and time left are told from what comes, not from what was here.</summary>
internal sealed class DownloadProgress(IProgress<Progress>? sink, string stage) : IProgress<HubProgress>
{
    private readonly Lock _lock = new();
    private ProgressMeter? _meter;

    public void Report(HubProgress value)
    {
        lock (_lock)
        {
            _meter ??= new(sink, stage, value.Total, Progress.Bytes);
            _meter.Report(value.Done, before: value.AlreadyHere);
        }
    }
}
