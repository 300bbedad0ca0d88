using SaeSharp.Saes.Metrics;
using Splice = SaeSharp.Lab.Evaluating.SpliceScores.Splice;

namespace SaeSharp.Lab.Evaluating;

/// <summary>Which figures are computed, and which runs they need.</summary>
internal sealed class EvalChoice
{
    /// <summary>Figures of spliced runs, and what each is made of beside the original run.</summary>
    private static readonly Dictionary<string, Splice[]> Runs = new()
    {
        ["ceOriginal"] = [], ["ceSpliced"] = [Splice.Reconstruction], ["ceZero"] = [Splice.Zero], ["ceMean"] = [Splice.Mean],
        ["ceRecovered"] = [Splice.Reconstruction, Splice.Zero], ["ceRecoveredMean"] = [Splice.Reconstruction, Splice.Mean],
        ["kl"] = [Splice.Reconstruction], ["klZero"] = [Splice.Zero], ["klMean"] = [Splice.Mean],
        ["klRecovered"] = [Splice.Reconstruction, Splice.Zero], ["klRecoveredMean"] = [Splice.Reconstruction, Splice.Mean],
    };

    private readonly HashSet<string> _names;

    /// <param name="names">Names of figures; null for all but the means over batches.</param>
    /// <param name="convention">With that of SAELens the means over batches are there unasked.</param>
    /// <exception cref="OptionException">There is no such figure.</exception>
    public EvalChoice(IReadOnlyList<string>? names, EvalConvention convention)
    {
        var metrics = SaeMetric.All();
        IReadOnlyList<string> known = [.. metrics.Select(metric => metric.Name), .. Runs.Keys];
        foreach (var name in names ?? [])
            if (!known.Contains(name)) throw OptionException.Invalid($"--metrics names '{name}', which is no figure of an SAE.", $"{(Spelling.Closest(name, known) is { } similar ? $"Did you mean '{similar}'? " : "")}Known are: {string.Join(", ", known)}.");
        _names = [.. names ?? known];
        Metrics = [.. metrics.Where(metric => _names.Contains(metric.Name) && (names is not null || metric.IsPooled || convention == EvalConvention.SaeLens))];
        Splices = [.. _names.Where(Runs.ContainsKey).SelectMany(name => Runs[name]).Distinct().Order()];
        HasLosses = _names.Any(Runs.ContainsKey);
    }

    /// <summary>Fresh metrics of activations, reconstructions and codes.</summary>
    public IReadOnlyList<SaeMetric> Metrics { get; }

    /// <summary>What is put in place of the activations, one run each.</summary>
    public IReadOnlyList<Splice> Splices { get; }

    /// <summary>Whether losses are wanted at all.</summary>
    public bool HasLosses { get; }

    /// <summary>Whether a figure of spliced runs is wanted.</summary>
    public bool Wants(string figure) => _names.Contains(figure);
}
