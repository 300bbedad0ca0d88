namespace SaeSharp.Lab.Labelling;

/// <summary>What a feature is called, and by whom.</summary>
/// <param name="Origin">Who named it.</param>
/// <param name="Text">The name.</param>
public sealed record FeatureLabel(LabelOrigin Origin, string Text)
{
    /// <summary>How many say that it fits.</summary>
    public int Up { get; init; }
    /// <summary>How many say that it does not.</summary>
    public int Down { get; init; }
    /// <summary>What the person at this program says: up, down or none.</summary>
    public Vote Own { get; init; }
}

/// <summary>Who named a feature; the earlier ones are shown first.</summary>
public enum LabelOrigin
{
    /// <summary>A person, in this workspace.</summary>
    Human,
    /// <summary>The grammar of a made-up world, which knows what there is to find.</summary>
    GroundTruth,
    /// <summary>A language model that was shown examples.</summary>
    Model,
}

/// <summary>Whether a name fits.</summary>
public enum Vote
{
    /// <summary>Nothing is said.</summary>
    None,
    /// <summary>It fits.</summary>
    Up,
    /// <summary>It does not.</summary>
    Down,
}
