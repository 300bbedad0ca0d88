namespace SaeSharp.Saes.Metrics;

/// <summary>One number about an SAE, gathered batch by batch in f64. The same tokens give the same bits, however they are cut into batches, unless <see cref="IsPooled"/> says otherwise.</summary>
public abstract class SaeMetric
{
    /// <summary>The name <c>sae eval</c> prints: <c>l0</c>, <c>fvu</c> …</summary>
    public abstract string Name { get; }

    /// <summary>Whether every token weighs the same, whatever batch it comes in. The others are there to compare with libraries that average over batches; they are computed only where they are asked for.</summary>
    public virtual bool IsPooled => true;

    /// <summary>The number so far, or why there is none.</summary>
    public abstract MetricValue Value { get; }

    /// <summary>Takes in more tokens.</summary>
    public abstract void Add(MetricBatch batch);

    /// <summary>A fresh instance of every metric, by name.</summary>
    public static IReadOnlyList<SaeMetric> All() =>
    [
        .. typeof(SaeMetric).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(SaeMetric)) && !type.IsAbstract)
            .Select(type => (SaeMetric)Activator.CreateInstance(type)!).OrderBy(metric => metric.Name, StringComparer.Ordinal),
    ];
}

/// <summary>A number, or the reason why there is none; never NaN.</summary>
/// <param name="Number">The number, finite.</param>
/// <param name="Reason">Why there is none, or what was left out of it.</param>
public readonly record struct MetricValue(double? Number, string? Reason = null)
{
    /// <summary>part / whole, or no number where <paramref name="whole"/> is 0.</summary>
    internal static MetricValue Ratio(double part, double whole, string reasonIfNone) =>
        double.IsFinite(part) && double.IsFinite(whole) && whole != 0 ? new(part / whole) : new(null, whole == 0 ? reasonIfNone : "the activations or reconstructions are not finite");
}
