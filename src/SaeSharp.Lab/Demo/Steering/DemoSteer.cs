using System.Diagnostics;
using SaeSharp.Lab.Demo.World;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Steering;

namespace SaeSharp.Lab.Demo.Steering;

/// <summary>Finds the shortest push that turns answers round, and measures it on requests that it was not chosen on.</summary>
internal sealed class DemoSteer(DemoSteerRequest request, Shelves shelves)
{
    private const double Enough = 0.95;
    private const int Tried = 12; // pushes whose texts are looked at, of those that turn most first words
    private readonly LanguageModel _model = shelves.Models.Get(request.Model);

    public DemoSteerResult Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        OptionException.InRange(request.Requests, 4, 100_000, "--requests");
        OptionException.InRange(request.Choose, 4, 10_000, "--choose");
        OptionException.InRange(request.Controls, 1, 32, "--controls");
        OptionException.InRange(request.MaxTokens, 2, WorldGrammar.Context, "--max-tokens");
        WorldVocabulary.Require(_model);
        var saes = shelves.SaesFor(_model, request.Saes).Where(sae => sae.ReconstructsItsHook && sae.Sae.Config.Hooks.Count == 1).ToList();
        if (saes.Count == 0) throw LabException.NoSaeOfModel(_model.Name, "the workspace");
        var (choosing, measuring) = (RequestSides.Seen(request.Seed, request.Choose), RequestSides.Mixed(request.Seed + 1, request.Requests));
        var (meter, done) = (new ProgressMeter(progress, "steering", 2 * saes.Count, "SAEs"), 0);
        SteerGoal[] goals = [SteerGoal.Help, SteerGoal.Refusal];
        var candidates = saes.ConvertAll(sae => new PushCandidates(_model, sae, choosing, cancel));
        return new([.. goals.Select(goal => Measure(goal, Choose(goal, candidates, choosing, () => meter.Report(++done), cancel), measuring, cancel))], clock.Elapsed.TotalSeconds);
    }

    /// <summary>The shortest push, as a share of ‖h‖, that turns enough answers into texts as good as the model's own; failing that, the one that turns most.</summary>
    private (SteeredPush Push, IReadOnlyList<ResolvedEdit> Edits) Choose(SteerGoal goal, List<PushCandidates> candidates, RequestSides requests, Action next, CancellationToken cancel)
    {
        var (steered, prompts) = (new Steered(_model, request.MaxTokens), requests.StartOf(goal));
        var turning = new List<(double Begins, (SteeredPush Push, IReadOnlyList<ResolvedEdit> Edits) Candidate)>();
        foreach (var ofSae in candidates)
        {
            turning.AddRange(ofSae.Toward(goal).Select(candidate => (steered.Begins(prompts, candidate.Edits, goal, cancel), candidate)));
            next();
        }
        var natural = Natural(steered, requests, goal, cancel);
        var tried = turning.OrderByDescending(entry => Math.Min(entry.Begins, Enough)).ThenBy(entry => entry.Candidate.Push.OfNorm).Take(Tried).Select(entry =>
        {
            var answers = steered.Answer(prompts, entry.Candidate.Edits, cancel);
            return (entry.Candidate, Flipped: Steered.Share(answers, goal), Excess: Math.Max(0, steered.Loss(prompts, answers, cancel) - natural));
        }).ToList();
        return tried.OrderByDescending(entry => Math.Min(entry.Flipped, Enough) - entry.Excess).ThenBy(entry => entry.Candidate.Push.OfNorm).First().Candidate;
    }

    private SteeredWay Measure(SteerGoal goal, (SteeredPush Push, IReadOnlyList<ResolvedEdit> Edits) chosen, RequestSides requests, CancellationToken cancel)
    {
        var (steered, prompts) = (new Steered(_model, request.MaxTokens), requests.StartOf(goal));
        var (before, after) = (steered.Answer(prompts, [], cancel), steered.Answer(prompts, chosen.Edits, cancel));
        var controls = new ControlDraw(_model, chosen.Edits, _ => null, request.Seed).Draw(request.Controls)
            .Where(control => control.Kind != ControlKind.Opposite).Select(control => (control.Kind, Share: Steered.Share(steered.Answer(prompts, control.Edits, cancel), goal))).ToList();
        double[] Shares(ControlKind kind) => [.. controls.Where(control => control.Kind == kind).Select(control => control.Share)];
        return new(
            goal, chosen.Push, Steered.Share(before, goal), Steered.Share(after, goal), steered.Loss(prompts, after, cancel), Natural(steered, requests, goal, cancel),
            Shares(ControlKind.Direction), Shares(ControlKind.Feature), prompts.Count, Example(goal, prompts, before, after));
    }

    /// <summary>Loss of answers of the wanted kind that the model gives by itself, to the other side's requests.</summary>
    private static double Natural(Steered steered, RequestSides requests, SteerGoal goal, CancellationToken cancel)
    {
        var prompts = requests.StartOf(goal == SteerGoal.Help ? SteerGoal.Refusal : SteerGoal.Help);
        return steered.Loss(prompts, steered.Answer(prompts, [], cancel), cancel);
    }

    /// <summary>The first request whose answer turned.</summary>
    private SteeredExample Example(SteerGoal goal, IReadOnlyList<int[]> prompts, int[][] before, int[][] after)
    {
        var turned = Math.Max(0, Enumerable.Range(0, prompts.Count).ToList().FindIndex(i => Steered.Share([before[i]], goal) == 0 && Steered.Share([after[i]], goal) == 1));
        return new(Text(prompts[turned]), Text(before[turned]), Text(after[turned]));
    }

    private string Text(int[] ids) => _model.Tokenizer!.Decode(ids);
}
