using SaeSharp.Saes.Training;

namespace SaeSharp.Lab.Training;

/// <summary>One SAE of a training that is under way: its trainer, its log, and the figures of its last steps.</summary>
internal sealed class TrainedMember(PlannedSae planned, RunFolder run, SaeTrainer trainer) : IDisposable
{
    private const int LastSteps = 20; // over which the reported figures are averaged
    private readonly RunLog _log = new(run.Path, trainer.Step, planned.Options.Steps);
    private readonly Queue<StepReport> _last = new();
    private GroupMember? _member;

    public PlannedSae Planned => planned;

    public RunFolder Run => run;

    public SaeTrainer Trainer => trainer;

    /// <summary>Tokens trained on so far.</summary>
    public long Tokens => (long)trainer.Step * Batch;

    /// <summary>Tokens of the whole run.</summary>
    public long TotalTokens => (long)planned.Options.Steps * Batch;

    /// <summary>The last step that trained.</summary>
    public StepReport Last { get; private set; }

    /// <summary>Why it broke down; null where it did not.</summary>
    public TrainingException? Failure => _member?.Failure;

    private int Batch => trainer.BatchSize;

    /// <summary>Takes part in a group; <paramref name="onStep"/> is called after each step.</summary>
    public GroupMember Join(Action onStep) => _member = new(trainer, run.Path, step =>
    {
        _log.Add(step);
        if (!double.IsFinite(step.Loss)) return;
        Last = step;
        _last.Enqueue(step);
        if (_last.Count > LastSteps) _last.Dequeue();
        onStep();
    });

    public double Mean(Func<StepReport, double> value) => _last.Select(value).DefaultIfEmpty().Average();

    /// <summary>The figures of one SAE, or the means over several.</summary>
    public static Dictionary<string, double> Figures(IReadOnlyList<TrainedMember> members) => new()
    {
        ["loss"] = members.Average(member => member.Last.Loss), ["fvu"] = members.Average(member => 1 - member.Last.ExplainedVariance),
        ["l0"] = members.Average(member => member.Last.L0), ["dead"] = members.Average(member => member.Last.Dead),
    };

    public void Dispose()
    {
        _log.Dispose();
        run.Leave();
    }
}
