namespace SaeSharp.Lab.Labelling;

/// <summary>What a feature is called, and by whom.</summary>
/// <param name="Origin">Who named it.</param>
/// <param name="Text">The name.</param>
public sealed record FeatureLabel(LabelOrigin Origin, string Text);

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
