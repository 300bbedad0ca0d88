using SaeSharp.Lab.Labelling;
using SaeSharp.Lab.Library;

namespace SaeSharp.Lab.Searching;

/// <summary>Keeps the index of names of the last SAEs searched, as long as no name changes.</summary>
internal sealed class LabelIndexCache(FeatureLabels labels)
{
    private readonly Lock _lock = new();
    private IReadOnlyList<IReadOnlyDictionary<int, string>> _names = [];
    private int[] _owners = [];
    private LabelIndex? _index;
    private (LanguageModel Model, WordVectors Vectors)? _vectors;

    /// <param name="saes">The SAEs whose features are searched.</param>
    /// <param name="model">The model that knows what words mean; null for none.</param>
    public LabelIndex Of(IReadOnlyList<LoadedSae> saes, LanguageModel? model)
    {
        // Every name of a feature is found, not only the one that is shown.
        var named = saes.Index().SelectMany(entry => labels.Of(entry.Item).Select(names => (Owner: entry.Index, Names: names))).ToList();
        lock (_lock)
        {
            if (_index is not null && _vectors?.Model == model && named.Count == _names.Count && named.Select(entry => entry.Owner).SequenceEqual(_owners) && named.Zip(_names).All(pair => ReferenceEquals(pair.First.Names, pair.Second))) return _index;
            (_names, _owners) = ([.. named.Select(entry => entry.Names)], [.. named.Select(entry => entry.Owner)]);
            if (_vectors?.Model != model) _vectors = model is null ? null : (model, new(model));
            return _index = new(named.SelectMany(entry => entry.Names.OrderBy(name => name.Key).Select(name => (entry.Owner, name.Key, name.Value))), _vectors?.Vectors);
        }
    }
}
