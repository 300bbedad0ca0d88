using System.Diagnostics;
using SaeSharp.Numerics;

namespace SaeSharp.Saes.Training;

/// <summary>Trains several SAEs in lock-step: step t of each on the same batch t, which is prepared once for all that share a source.</summary>
/// <remarks>
/// Each ends with the bits of training it alone, since a batch follows from its number and a trainer leaves it as it is. Trainers may be at different steps, as after a
/// crash between two checkpoints: those behind catch up first. One that breaks down leaves the group and the others go on.
/// </remarks>
public sealed class TrainingGroup
{
    private readonly IReadOnlyList<GroupMember> _members;
    private readonly List<(ActivationSource Source, Tensor Batch, GroupMember[] Members)> _shares = [];

    /// <param name="members">Who trains; those whose trainers were given the same source object share its batches.</param>
    public TrainingGroup(IReadOnlyList<GroupMember> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        _members = members;
        foreach (var share in members.GroupBy(member => member.Trainer.Source))
            _shares.Add((share.Key, Tensor.Zeros(DType.F32, share.Key.BatchSize, share.Key.DIn), [.. share]));
    }

    /// <summary>Trains every member to its last step. When cancelled, writes a checkpoint of each and throws.</summary>
    public void Run(CancellationToken cancel = default)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var member in _members) member.FirstStep = member.Trainer.Step;
        try
        {
            while (Advance(started, cancel)) { }
        }
        catch (OperationCanceledException)
        {
            foreach (var member in _members.Where(member => member.IsTraining)) member.Save();
            throw;
        }
    }

    /// <summary>One step of the members that are furthest behind; false where all have done theirs.</summary>
    public bool Advance(CancellationToken cancel = default) => Advance(Stopwatch.GetTimestamp(), cancel);

    private bool Advance(long started, CancellationToken cancel)
    {
        var t = int.MaxValue;
        foreach (var member in _members)
            if (member.IsTraining) t = Math.Min(t, member.Trainer.Step);
        if (t == int.MaxValue) return false;
        foreach (var (source, batch, members) in _shares) Advance(t, source, batch, members, started, cancel);
        return true;
    }

    private static void Advance(int t, ActivationSource source, Tensor batch, GroupMember[] members, long started, CancellationToken cancel)
    {
        var isFilled = false;
        foreach (var member in members)
        {
            if (!member.IsTraining || member.Trainer.Step != t) continue;
            cancel.ThrowIfCancellationRequested();
            try
            {
                member.Trainer.Prepare(cancel);
                if (!isFilled) source.Fill(t, batch, cancel);
                isFilled = true;
                member.Took(member.Trainer.AdvanceOn(batch), Stopwatch.GetElapsedTime(started));
            }
            catch (TrainingException failure)
            {
                member.Failure = failure;
            }
        }
    }
}

/// <summary>One SAE of a group.</summary>
/// <param name="trainer">Its trainer.</param>
/// <param name="checkpoints">Folder of its checkpoints; null writes none.</param>
/// <param name="onStep">Called after each of its steps.</param>
public sealed class GroupMember(SaeTrainer trainer, string? checkpoints = null, Action<StepReport>? onStep = null)
{
    public SaeTrainer Trainer => trainer;

    /// <summary>Why it left the group; null where it did not.</summary>
    public TrainingException? Failure { get; internal set; }

    internal int FirstStep { get; set; }

    internal bool IsTraining => Failure is null && trainer.Step < trainer.Setting.Options.Steps;

    internal void Took(StepReport report, TimeSpan elapsed)
    {
        onStep?.Invoke(report with { Elapsed = elapsed, StepsInRun = trainer.Step - FirstStep });
        if (checkpoints is not null) trainer.SaveWhenDue(checkpoints);
    }

    internal void Save()
    {
        if (checkpoints is not null) trainer.Save(checkpoints);
    }
}
