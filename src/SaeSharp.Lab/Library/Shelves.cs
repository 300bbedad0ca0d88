using SaeSharp.Lab.Reading;
using SaeSharp.Lab.Releases;
using SaeSharp.Models;
using SaeSharp.Models.Hub;
using SaeSharp.Models.Tokenizers;
using SaeSharp.Numerics.Backends;
using SaeSharp.Numerics.Backends.Cpu;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Library;

/// <summary>The models and SAEs of a workspace, loaded once.</summary>
internal sealed class Shelves : IDisposable
{
    private readonly Lazy<Backend> _backend;

    /// <param name="home">The workspace's folder.</param>
    /// <param name="threads">Compute threads; 0 for one a core.</param>
    /// <param name="cache">The hub's cache; null for where the environment says.</param>
    public Shelves(string home, int threads, HubCache? cache = null)
    {
        Published = new(ReleaseDirectory.Default, cache ?? new(HubOptions.FromEnvironment().CacheFolder));
        _backend = new(() => CpuBackend.Create(threads));
        var (models, saes) = (Path.Combine(home, "models"), Path.Combine(home, "saes"));
        Models = new(models, new ModelMark(), Published.Models, place => LoadModel(place.Name, place.Folder), (name, known) => File.Exists(name) ? LabException.NotAModelFile(name) : LabException.NoModel(name, models, known, Published.PullableModel(name)));
        Saes = new(saes, new SaeMark(), Published.Saes, LoadSae, (name, known) => NoSae(name, saes, known));
    }

    /// <summary>Names that others gave.</summary>
    public PublishedNames Published { get; }

    public Backend Backend => _backend.Value;

    public Shelf<LanguageModel> Models { get; }

    public Shelf<LoadedSae> Saes { get; }

    /// <summary>The model asked for, or else the one the SAE was trained on.</summary>
    public LanguageModel ModelFor(LoadedSae sae, string? asked)
    {
        var trained = sae.Sae.Config.ModelName;
        var model = asked is not null ? Models.Get(asked)
            : trained is not null && Models.Find(trained) is not null ? Models.Get(trained)
            : throw LabException.NoModelOfSae(sae.Name, trained, trained is null ? null : Published.PullableModel(trained));
        sae.RequireFits(model);
        return model;
    }

    /// <summary>The SAEs asked for, or else all in the workspace that were trained on <paramref name="model"/> and can be read with it; from the first layer to the last.</summary>
    public IReadOnlyList<LoadedSae> SaesFor(LanguageModel model, IReadOnlyList<string> asked)
    {
        LoadedSae Fitting(string name)
        {
            var sae = Saes.Get(name);
            sae.RequireFits(model);
            return sae;
        }

        LoadedSae[] saes = [.. NamesFor(model, asked).Select(name => asked.Count > 0 ? Fitting(name) : Readable(() => Fitting(name))).OfType<LoadedSae>()];
        var order = model.Transformer.HookNames.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        return [.. saes.OrderBy(sae => order[sae.ViewOf(model).Hooks[0]]).ThenBy(sae => sae.Name, StringComparer.Ordinal)];
    }

    /// <summary>What <see cref="SaesFor"/> will load, where it lies; no weights are read.</summary>
    public IReadOnlyList<Place> PlacesFor(LanguageModel model, IReadOnlyList<string> asked) => [.. NamesFor(model, asked).Select(Saes.Locate).OfType<Place>()];

    private IEnumerable<string> NamesFor(LanguageModel model, IReadOnlyList<string> asked) => asked.Count > 0
        ? asked.Distinct()
        : Saes.Names.Where(name => Readable(() => SaeFolder.Describe(Saes.Find(name)!).ModelName) is { } trained && Models.Find(trained) == model.Path);

    /// <summary>Half of an SAE, or one that does not fit, that nobody asked for does not keep the others from being used; who names it, or lists the workspace, learns what is wrong.</summary>
    private static T? Readable<T>(Func<T?> read) where T : class
    {
        try
        {
            return read();
        }
        catch (SaeSharpException)
        {
            return null;
        }
    }

    /// <summary>Reads <c>SAE:N</c>.</summary>
    public (LoadedSae Sae, int Feature) Feature(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text[(colon + 1)..], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var feature))
            throw LabException.BadFeature(text);
        var sae = Saes.Get(text[..colon]);
        sae.RequireFeature(feature);
        return (sae, feature);
    }

    /// <summary>The SAEs that can be read, by the SHA-256 of their weights: under the first name where one lies there twice.</summary>
    public Dictionary<string, LoadedSae> SaesByWeights()
    {
        var found = new Dictionary<string, LoadedSae>(StringComparer.Ordinal);
        foreach (var name in Saes.Names.Concat(Saes.Visited))
            if (Readable(() => Saes.Get(name)) is { } sae && Readable(() => sae.WeightsSha256) is { } weights) found.TryAdd(weights, sae);
        return found;
    }

    public void Dispose()
    {
        if (_backend.IsValueCreated) (_backend.Value as IDisposable)?.Dispose();
    }

    private LanguageModel LoadModel(string name, string path)
    {
        var transformer = Transformer.Load(path, Backend);
        var tokenizer = Tokenizer.Find(path) is { } found ? Tokenizer.Load(found) : null;
        var bosId = tokenizer?.BosId ?? transformer.Config.Ids("bos_token_id").Cast<int?>().FirstOrDefault();
        return new(name, path, transformer, tokenizer, bosId);
    }

    /// <summary>A released SAE is read with what its directory knows better than its file, and for raw activations.</summary>
    private LoadedSae LoadSae(Place place)
    {
        return new(place.Name, place.Folder, SaeFolder.Load(place.Folder, Backend, place.Origin), place.Released, place.Origin);
    }

    /// <summary>Why there is no SAE of that name: it was not fetched, its files cannot be read, or nobody knows it.</summary>
    private LabException NoSae(string name, string home, IReadOnlyCollection<string> known)
    {
        if (!name.StartsWith(PublishedNames.Hub, StringComparison.Ordinal) && Published.FindRelease(name) is var (release, sae))
        {
            if (sae is null) return LabException.ReleaseOfMany(release.Name, [.. release.Saes.Select(one => one.Id)]);
            if (!ReleaseLoaders.IsRead(release.Loader) && Published.FileOf(sae) is { } place) return LabException.LoaderNotRead(sae.Name, release.Loader, place);
        }
        return LabException.NoSae(name, home, known, Published.PullableSae(name));
    }
}
