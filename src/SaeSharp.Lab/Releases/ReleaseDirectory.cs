using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace SaeSharp.Lab.Releases;

/// <summary>Public SAEs and short names of models, as the program carries them (sae-directory.md says where from).</summary>
internal sealed class ReleaseDirectory
{
    private const string Resource = "sae-directory.br", Header = "sae-directory 1";
    private static readonly Lazy<ReleaseDirectory> Own = new(() => Read(typeof(ReleaseDirectory).Assembly.GetManifestResourceStream(Resource)!));

    private readonly Dictionary<string, SaeRelease> _byName;
    private readonly Dictionary<string, string> _models;
    private readonly ILookup<string, ReleasedSae> _byRepository;

    private ReleaseDirectory(List<SaeRelease> releases, Dictionary<string, string> models)
    {
        (Releases, _models) = (releases, models);
        _byName = releases.ToDictionary(release => release.Name, StringComparer.Ordinal);
        _byRepository = releases.SelectMany(release => release.Saes).ToLookup(sae => sae.Release.Repository, StringComparer.Ordinal);
    }

    /// <summary>The directory of this version.</summary>
    public static ReleaseDirectory Default => Own.Value;

    public IReadOnlyList<SaeRelease> Releases { get; }

    /// <summary>Short names of models.</summary>
    public IReadOnlyCollection<string> ModelNames => _models.Keys;

    /// <summary>Whether a model's short name, or a repository that one means, is called so.</summary>
    public bool KnowsModel(string name) => _models.ContainsKey(name) || _models.ContainsValue(name);

    /// <summary>The repository that a model's short name means; null where it is none.</summary>
    public string? Repository(string modelName) => _models.GetValueOrDefault(modelName);

    /// <summary>The release whose name <paramref name="name"/> begins with, the longest such, and the rest: an id, null where nothing follows.</summary>
    public (SaeRelease Release, string? Id)? Find(string name)
    {
        if (_byName.TryGetValue(name, out var whole)) return (whole, null);
        for (var slash = name.LastIndexOf('/'); slash > 0; slash = name.LastIndexOf('/', slash - 1))
            if (_byName.TryGetValue(name[..slash], out var release)) return (release, name[(slash + 1)..]);
        return null;
    }

    /// <summary>The released SAE that lies there; null where none does.</summary>
    public ReleasedSae? At(string repository, string path) => _byRepository[repository].FirstOrDefault(sae => sae.Path == path);

    /// <summary>Names of the releases that lie in a repository.</summary>
    public IEnumerable<string> In(string repository) => _byRepository[repository].Select(sae => sae.Release.Name).Distinct();

    internal static ReleaseDirectory Read(Stream packed)
    {
        using var reader = new StreamReader(new BrotliStream(packed, CompressionMode.Decompress));
        if (reader.ReadLine() != Header) throw new InvalidDataException($"{Resource} does not begin with '{Header}'.");
        var releases = new List<SaeRelease>();
        var models = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            switch (line.Split('\t'))
            {
                case ["r", var name, var repository, var model, var loader, var overrides]:
                    releases.Add(new(name, repository, model, loader, overrides.Length == 0 ? null : JsonElement.Parse(overrides)));
                    break;
                case ["s", var id, var path, var l0, var explained, var neuronpedia, var factor]:
                    releases[^1].Saes.Add(new(releases[^1], id, path.Length == 0 ? id : path, Number(l0), Number(explained), neuronpedia.Length == 0 ? null : neuronpedia, Number(factor)));
                    break;
                case ["m", var alias, var repository]:
                    models[alias] = repository;
                    break;
                default:
                    throw new InvalidDataException($"{Resource}: '{line}' is no line of it.");
            }
        }
        return new(releases, models);
    }

    private static double? Number(string text) => text.Length == 0 ? null : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
