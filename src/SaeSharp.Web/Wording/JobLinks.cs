using System.Globalization;
using System.Text.Json;
using SaeSharp.Lab;
using SaeSharp.Lab.Evaluating;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Jobs;
using SaeSharp.Lab.Training;

namespace SaeSharp.Web.Wording;

/// <summary>Where the result of a job can be looked at, and how far one is, in words.</summary>
internal static class JobLinks
{
    private const int LongestAddress = 4000; // of what servers and browsers take without a thought

    /// <summary>Pages that show what a finished job made, and its result itself.</summary>
    /// <param name="job">The job with its result.</param>
    /// <param name="contents">What the workspace holds now: what was deleted since has no page.</param>
    public static IReadOnlyList<(string Text, string Address)> Of(Job job, Contents contents)
    {
        var pages = job.Request switch
        {
            TrainJob => Result<TrainResult>(job)?.Saes.SelectMany(sae => Sae(contents, sae.Name)),
            IndexJob => Result<IndexResult>(job)?.Saes.SelectMany(sae => Sae(contents, sae.Index.Sae)),
            EvalJob => Result<EvalResult>(job) is { } eval ? Sae(contents, eval.Sae) : null,
            ContrastJob { Request: { A: null, B: null } contrast } when contents.Models.Count > 0 =>
                [("the contrast page with these prompts", Links.Contrast(contrast.Model, string.Join('\n', contrast.PromptsA), string.Join('\n', contrast.PromptsB), contrast.Pooling.ToString().ToLowerInvariant()))],
            SweepJob { Request: var sweep } => [("the feature on the steering page", Links.Steer(sweep.Model, sweep.Prompt, [sweep.Feature]))],
            _ => null,
        };
        return [.. (pages ?? []).Where(page => page.Item2.Length <= LongestAddress), ("the result as JSON", $"/api/jobs/{job.Id}")];
    }

    /// <summary>What is done, how much of it, how fast, and how long it will take.</summary>
    public static string Of(Progress progress)
    {
        if (progress.Unit.Length == 0) return progress.Stage;
        var done = progress.Total > 0 ? $"{Figures.Count(progress.Done)} of {Figures.Count(progress.Total)} {progress.Unit}" : $"{Figures.Count(progress.Done)} {progress.Unit}";
        var left = progress.Left is { TotalSeconds: >= 1 } time && progress.Done < progress.Total ? $", {Span(time)} left" : "";
        return $"{progress.Stage}: {done}, {Figures.Short(progress.PerSecond)} a second{left}";
    }

    /// <summary>A time such as 4:05 or 1:02:03.</summary>
    public static string Span(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");

    private static IEnumerable<(string, string)> Sae(Contents contents, string name) =>
        contents.Saes.Where(sae => sae.Name == name).Take(1).Select(sae => (sae.Name, Links.Source(sae)));

    private static T? Result<T>(Job job) where T : class
    {
        try
        {
            return job.Result?.Deserialize<T>(LabJson.Options);
        }
        catch (JsonException)
        {
            return null; // of another version
        }
    }
}
