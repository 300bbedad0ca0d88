using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Labelling;

/// <summary>Where names of features come from: people, the ground truth of a made-up world, a model that was asked.</summary>
internal abstract class LabelSource
{
    /// <summary>Who gives the names.</summary>
    public abstract LabelOrigin Origin { get; }

    /// <summary>Names by feature, empty where there are none; the same instance as long as nothing changed, so that what is made from it may be kept.</summary>
    public abstract IReadOnlyDictionary<int, string> Of(LoadedSae sae);
}
