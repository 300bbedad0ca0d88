using System.Text.Json;
using SaeSharp.Saes.Metrics;
using Splice = SaeSharp.Lab.Evaluating.SpliceScores.Splice;

namespace SaeSharp.Lab.Evaluating;

/// <summary>Puts figures into a result, by the name each has in JSON, and says why one is missing.</summary>
internal sealed class EvalFigures(EvalResult result, EvalChoice choice)
{
    private static readonly Dictionary<string, System.Reflection.PropertyInfo> Places =
        typeof(EvalResult).GetProperties().Where(property => property.PropertyType == typeof(double?)).ToDictionary(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));

    private readonly Dictionary<string, string> _reasons = [];

    /// <summary>Why figures are missing, or what was left out of them.</summary>
    public IReadOnlyDictionary<string, string> Reasons => _reasons;

    /// <summary>Numbers of activations, reconstructions and codes.</summary>
    public void Add(IEnumerable<SaeMetric> metrics)
    {
        foreach (var metric in metrics) Set(metric.Name, metric.Value);
    }

    /// <summary>Losses and divergences, and what share of them the reconstruction keeps.</summary>
    public void Add(SpliceScores scores)
    {
        MetricValue Loss(Splice splice) => Found(scores.Loss(splice));
        MetricValue Divergence(Splice splice) => Found(scores.Divergence(splice));
        (string Name, Func<MetricValue> Value)[] figures =
        [
            ("ceOriginal", () => Loss(Splice.Original)), ("ceSpliced", () => Loss(Splice.Reconstruction)), ("ceZero", () => Loss(Splice.Zero)), ("ceMean", () => Loss(Splice.Mean)),
            ("ceRecovered", () => Recovered(Loss(Splice.Zero), Loss(Splice.Reconstruction), Loss(Splice.Original))),
            ("ceRecoveredMean", () => Recovered(Loss(Splice.Mean), Loss(Splice.Reconstruction), Loss(Splice.Original))),
            ("kl", () => Divergence(Splice.Reconstruction)), ("klZero", () => Divergence(Splice.Zero)), ("klMean", () => Divergence(Splice.Mean)),
            ("klRecovered", () => Recovered(Divergence(Splice.Zero), Divergence(Splice.Reconstruction), new(0))),
            ("klRecoveredMean", () => Recovered(Divergence(Splice.Mean), Divergence(Splice.Reconstruction), new(0))),
        ];
        foreach (var (name, value) in figures)
            if (choice.Wants(name)) Set(name, value());
    }

    private void Set(string name, MetricValue value)
    {
        Places[name].SetValue(result, value.Number);
        if (value.Reason is { } reason) _reasons[name] = reason;
    }

    private static MetricValue Found(double? value) =>
        value is null ? new(null, "no counted token has a next one") : double.IsFinite(value.Value) ? new(value) : new(null, "it is not a finite number");

    /// <summary>(ablated − spliced) / (ablated − original).</summary>
    private static MetricValue Recovered(MetricValue ablated, MetricValue spliced, MetricValue original) =>
        ablated.Number is not { } a || spliced.Number is not { } s || original.Number is not { } o ? new(null, "a run it is made of has no number")
        : a == o ? new(null, "the ablation does not change it")
        : new((a - s) / (a - o));
}
