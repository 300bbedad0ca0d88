using SaeSharp.Lab.Demo.Labels;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Labelling;

/// <summary>Names that the truth of a demo's world gives: the concept that fits a feature best.</summary>
internal sealed class TruthNames(TruthShelf truth) : LabelSource
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IReadOnlyDictionary<int, string>> _names = new(StringComparer.Ordinal);
    private TruthLabels? _from;

    public override LabelOrigin Origin => LabelOrigin.GroundTruth;

    public override IReadOnlyDictionary<int, string> Of(LoadedSae sae)
    {
        var labels = Read();
        lock (_lock)
        {
            if (!ReferenceEquals(labels, _from)) _names.Clear();
            _from = labels;
            if (_names.TryGetValue(sae.Name, out var known)) return known;
            return _names[sae.Name] = labels.All.Where(label => label.Sae == sae.Name).Select(label => label.Feature).Distinct().ToDictionary(feature => feature, feature => labels.Of(sae.Name, feature)[0].Concept);
        }
    }

    /// <summary>A damaged file keeps nobody from reading features; the home page tells what is wrong with it.</summary>
    private TruthLabels Read()
    {
        try
        {
            return truth.Read();
        }
        catch (SaeSharpException)
        {
            return TruthLabels.None;
        }
    }
}
