using System.Text.Json;
using SaeSharp.Lab.Contrasting;
using SaeSharp.Lab.Jobs;
using SaeSharp.Lab.Training;

namespace SaeSharp.Lab.Tests.Jobs;

public sealed class JobTests : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private Workspace _workspace;

    public JobTests() => _workspace = Workspace.Open(_home.Path, threads: 2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private JobBoard Jobs => _workspace.Jobs;

    /// <summary>Long enough to be stopped in the middle.</summary>
    private static TrainRequest Long => TinyWorkspace.Training with { Tokens = 128 * 3000, CheckpointEvery = 10 };

    public void Dispose()
    {
        _workspace.Dispose();
        _home.Dispose();
    }

    [Fact]
    public async Task Each_verb_gives_as_a_job_what_it_gives_by_itself()
    {
        var trained = (await Done(new TrainJob { Request = TinyWorkspace.Training with { Out = "job" } })).Result!.Value.Deserialize<TrainResult>(LabJson.Options)!;
        var alone = await _workspace.Train(TinyWorkspace.Training with { Out = "alone" }, cancel: Cancel);
        Assert.Equal(alone.Saes[0].WeightsSha256, trained.Saes[0].WeightsSha256);

        ContrastRequest contrast = new() { Model = TinyWorkspace.Model, PromptsA = ["a red cat", "a red dog", "a hen"], PromptsB = ["the sun", "a day", "the time"], Shuffles = 100 };
        var (index, eval) = (await Done(new IndexJob { Request = new() { Sae = "job", Corpus = TinyWorkspace.Corpus, Tokens = 500 } }), await Done(new EvalJob { Request = new() { Sae = "job", Corpus = TinyWorkspace.Corpus, Tokens = 500 } }));
        var (told, sweep) = (await Done(new ContrastJob { Request = contrast with { Saes = ["job"] } }), await Done(new SweepJob { Request = new() { Model = TinyWorkspace.Model, Prompt = "a cat", Feature = "job:1", Coefficients = 2, MaxTokens = 2 } }));
        Assert.Equal(500, index.Result!.Value.GetProperty("saes")[0].GetProperty("index").GetProperty("tokens").GetInt64());
        Assert.Equal((await _workspace.Eval(new() { Sae = "job", Corpus = TinyWorkspace.Corpus, Tokens = 500 }, cancel: Cancel)).Fvu, eval.Result!.Value.GetProperty("fvu").GetDouble());
        Assert.Equal((await _workspace.Contrast(contrast with { Saes = ["job"] }, cancel: Cancel)).Tested, told.Result!.Value.GetProperty("tested").GetInt32());
        Assert.Equal("job", sweep.Result!.Value.GetProperty("sae").GetString());
    }

    [Fact]
    public async Task One_runs_at_a_time_and_the_others_wait_in_their_order()
    {
        var first = await Jobs.Start(new TrainJob { Request = Long with { Out = "long" } }, Cancel);
        await Until(first.Id, job => job.Progress is { Done: > 0 });
        var others = new List<Job>();
        for (var i = 0; i < 3; i++) others.Add(await Jobs.Start(new EvalJob { Request = new() { Sae = "none", Corpus = TinyWorkspace.Corpus } }, Cancel));
        Assert.Equal([3, 2, 1, null], Jobs.All.Select(job => job.Ahead));
        Assert.Equal([.. others.Select(job => job.Id).Reverse(), first.Id], Jobs.All.Select(job => job.Id));
        Jobs.Cancel(others[1].Id);
        Jobs.Cancel(first.Id);

        Assert.Equal(JobStatus.Cancelled, (await Until(first.Id, job => job.Ended is not null)).Status);
        var failed = await Until(others[2].Id, job => job.Ended is not null);
        Assert.Equal([JobStatus.Failed, JobStatus.Cancelled, JobStatus.Failed, JobStatus.Cancelled], Jobs.All.Select(job => job.Status));
        Assert.Contains("There is no SAE 'none'", failed.Problem!.Message, StringComparison.Ordinal);
        Assert.NotEqual("", failed.Problem.Hint);
        Assert.True(Jobs.Get(others[0].Id).Started <= failed.Started);
    }

    [Fact]
    public async Task A_training_that_was_cancelled_or_interrupted_ends_with_the_bits_of_one_that_was_not()
    {
        var job = await Jobs.Start(new TrainJob { Request = Long with { Out = "stopped" } }, Cancel);
        Assert.StartsWith("about ", job.Forecast, StringComparison.Ordinal);
        await Until(job.Id, one => one.Progress is { Unit: "tokens", Done: > 128 * 50 });
        Jobs.Cancel(job.Id);
        await Until(job.Id, one => one.Status == JobStatus.Cancelled);
        Jobs.Resume(job.Id);
        await Until(job.Id, one => one.Progress is { Unit: "tokens", Done: > 128 * 200 });

        _workspace.Dispose(); // as a program that is stopped
        _workspace = Workspace.Open(_home.Path, threads: 2);
        var found = Jobs.Get(job.Id);
        Assert.Equal((JobStatus.Interrupted, true), (found.Status, found.GoesOn));
        Assert.Equal(RunStatus.Stopped, (await _workspace.Runs(new(), cancel: Cancel)).Runs[0].Status);
        Assert.True(Jobs.Resume(job.Id).Started <= DateTime.UtcNow);
        var end = await Until(job.Id, one => one.Ended is not null);

        Assert.Equal(JobStatus.Finished, end.Status);
        var whole = await _workspace.Train(Long with { Out = "whole" }, cancel: Cancel);
        Assert.Equal(whole.Saes[0].WeightsSha256, end.Result!.Value.GetProperty("saes")[0].GetProperty("weightsSha256").GetString());
    }

    [Fact]
    public async Task What_waited_when_the_program_stopped_is_run_by_the_next()
    {
        var running = await Jobs.Start(new TrainJob { Request = Long with { Out = "first" } }, Cancel);
        var waiting = await Jobs.Start(new TrainJob { Request = TinyWorkspace.Training with { Out = "second" } }, Cancel);
        await Until(running.Id, job => job.Status == JobStatus.Running);
        _workspace.Dispose();

        _workspace = Workspace.Open(_home.Path, threads: 2);
        Assert.Equal(JobStatus.Finished, (await Until(waiting.Id, job => job.Ended is not null)).Status);
        Assert.Equal(JobStatus.Interrupted, Jobs.Get(running.Id).Status);
    }

    [Fact]
    public async Task Another_program_sees_the_jobs_and_is_told_who_runs_them()
    {
        var job = await Jobs.Start(new EvalJob { Request = new() { Sae = "none", Corpus = TinyWorkspace.Corpus } }, Cancel);
        await Until(job.Id, one => one.Ended is not null);
        using var other = Workspace.Open(_home.Path);

        Assert.Equal(job.Id, other.Jobs.All[0].Id);
        Assert.Contains("Another program", Assert.Throws<JobException>(() => other.Jobs.Resume(job.Id)).Message, StringComparison.Ordinal);
        _workspace.Dispose();
        other.Jobs.Remove(job.Id); // nobody runs them any more
        Assert.Empty(other.Jobs.All);
        _workspace = Workspace.Open(_home.Path);
        Assert.Empty(Jobs.All);
    }

    [Fact]
    public async Task A_mistake_in_a_training_is_told_before_it_waits()
    {
        await Assert.ThrowsAnyAsync<SaeSharpException>(() => Jobs.Start(new TrainJob { Request = TinyWorkspace.Training with { Hooks = ["blocks.9.hook_resid_post"] } }, Cancel));
        Assert.Contains("needs about", (await Assert.ThrowsAsync<LabException>(() => Jobs.Start(new TrainJob { Request = TinyWorkspace.Training with { DSae = 2_000_000_000 } }, Cancel))).Message, StringComparison.Ordinal);
        Assert.Empty(Jobs.All);
    }

    [Fact]
    public async Task Only_what_has_ended_is_resumed_or_removed_and_what_is_not_there_is_told()
    {
        var job = await Jobs.Start(new TrainJob { Request = Long with { Out = "kept" } }, Cancel);
        Assert.Throws<JobException>(() => Jobs.Remove(job.Id));
        Assert.Throws<JobException>(() => Jobs.Resume(job.Id));
        Assert.Throws<JobException>(() => Jobs.Cancel("../../etc/passwd"));
        Assert.Throws<JobException>(() => Jobs.Get("none"));
        Jobs.Cancel(job.Id);
        await Until(job.Id, one => one.Ended is not null);
        Jobs.Remove(job.Id);
        Assert.Empty(Jobs.All);
        Assert.Empty(Directory.EnumerateFiles(_home["jobs"], "*.json"));
    }

    [Fact]
    public async Task A_damaged_file_hides_no_other_job()
    {
        var job = await Jobs.Start(new EvalJob { Request = new() { Sae = "none", Corpus = TinyWorkspace.Corpus } }, Cancel);
        await Until(job.Id, one => one.Ended is not null);
        _workspace.Dispose();
        File.WriteAllText(Path.Combine(_home["jobs"], "torn.json"), "{\"id\":\"torn\",");
        File.WriteAllText(Path.Combine(_home["jobs"], "later.json"), """{"id":"later","verb":"fly","request":{"verb":"fly"}}""");
        File.Copy(Path.Combine(_home["jobs"], $"{job.Id}.json"), Path.Combine(_home["jobs"], "copy.json"));

        _workspace = Workspace.Open(_home.Path);
        Assert.Equal([job.Id], Jobs.All.Select(one => one.Id));
    }

    [Fact]
    public async Task Who_follows_a_job_sees_it_until_its_end_and_who_leaves_stops_nothing()
    {
        var job = await Jobs.Start(new TrainJob { Request = TinyWorkspace.Training with { Out = "followed" } }, Cancel);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Jobs.Follow(job.Id, leaving.Token)) await leaving.CancelAsync();
        });
        var seen = new List<Job>();
        await foreach (var step in Jobs.Follow(job.Id, Cancel)) seen.Add(step);

        Assert.Equal(JobStatus.Finished, seen[^1].Status);
        Assert.NotNull(seen[^1].Result);
        Assert.All(seen.SkipLast(1), step => Assert.Null(step.Ended));
    }

    [Fact]
    public async Task No_more_than_fifty_wait()
    {
        await Jobs.Start(new TrainJob { Request = Long with { Out = "long" } }, Cancel);
        for (var i = 0; i < JobBoard.MostWaiting + 1; i++)
        {
            if (Jobs.All.Count(job => job.Status == JobStatus.Waiting) == JobBoard.MostWaiting) break;
            await Jobs.Start(new EvalJob { Request = new() { Sae = "none", Corpus = TinyWorkspace.Corpus } }, Cancel);
        }
        Assert.Contains("50 jobs waiting", (await Assert.ThrowsAsync<JobException>(() => Jobs.Start(new EvalJob { Request = new() { Sae = "none", Corpus = TinyWorkspace.Corpus } }, Cancel))).Message, StringComparison.Ordinal);
    }

    private async Task<Job> Done(JobRequest request)
    {
        var job = await Until((await Jobs.Start(request, Cancel)).Id, one => one.Ended is not null);
        Assert.True(job.Status == JobStatus.Finished, job.Problem?.Message);
        return job;
    }

    private async Task<Job> Until(string id, Func<Job, bool> isSo)
    {
        await foreach (var job in Jobs.Follow(id, Cancel))
            if (isSo(job)) return job;
        throw new InvalidOperationException($"it ended before: {Jobs.Get(id)}");
    }
}
