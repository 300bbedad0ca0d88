using System.Diagnostics;
using System.Text.Json;
using SaeSharp.Lab.Indexing;
using SaeSharp.Lab.Labelling;
using SaeSharp.Lab.Library;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Searching;

/// <summary>Searches the features of many SAEs and says of each that it found what a reader needs to recognise it.</summary>
internal sealed class FeatureSearch(Shelves shelves, IndexShelf indexes, FeatureLabels labels, RemarkBook book)
{
    private const int TokensShown = 6;
    private const long MostModelBytes = 256L << 20;
    private readonly LabelIndexCache _names = new(labels);

    public SearchResult Of(SearchRequest request, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var kind = Kind(request);
        var model = kind is SearchKind.Text or SearchKind.Says ? Model(request) : request.Model is { } asked ? shelves.Models.Get(asked) : null;
        var saes = model is not null ? shelves.SaesFor(model, request.Saes) : [.. (request.Saes.Count > 0 ? request.Saes : shelves.Saes.Names).Distinct().Select(Readable).OfType<LoadedSae>().OrderBy(sae => sae.Layer ?? int.MaxValue)];
        if (saes.Count == 0) throw model is not null ? LabException.NoSaeOfModel(model.Name, "the workspace") : LabException.NothingToDo("the workspace has no SAE", "Train one with sae train, or fetch one with sae pull.");
        var clock = Stopwatch.StartNew();
        var (searched, notes) = SearchedSae.Of(saes, request, indexes, labels, book);
        SearchFinding found = kind switch
        {
            SearchKind.Label => NameSearch.Of(request, searched, _names, model ?? ModelOfWords(searched)),
            SearchKind.Text => new TextSearch(request, model!, searched).Run(progress, cancel),
            SearchKind.Says => LogitSearch.Of(request, model!, searched, shelves.Backend),
            _ => LikenessSearch.Of(request, shelves.Feature(request.Like!), searched, shelves.Backend),
        };
        var words = Words(found, searched, model);
        return new()
        {
            By = kind, Model = model?.Name, Texts = found.Texts, Saes = [.. searched.Select(one => one.Sae.Name)], Compared = found.Compared, Notes = [.. notes, .. found.Notes],
            Features = [.. found.Hits.Select(hit => Describe(hit, words))], Seconds = clock.Elapsed.TotalSeconds,
        };
    }

    private static SearchKind Kind(SearchRequest request)
    {
        (SearchKind Kind, bool Asked)[] asked =
        [
            (SearchKind.Label, request.Label is not null), (SearchKind.Text, request.Text.Count > 0), (SearchKind.Says, request.Says is not null), (SearchKind.Like, request.Like is not null),
        ];
        return asked.Count(entry => entry.Asked) == 1 ? asked.First(entry => entry.Asked).Kind : throw OptionException.Invalid(
            $"The search is by {asked.Count(entry => entry.Asked)} things, expected one.", "Give one of --label WORDS, --text TEXT, --says TOKEN and --like SAE:N.");
    }

    /// <summary>The model asked for, or the one that the SAEs were trained on.</summary>
    private LanguageModel Model(SearchRequest request)
    {
        if (request.Model is { } asked) return shelves.Models.Get(asked);
        if (request.Saes.Count > 0) return shelves.ModelFor(shelves.Saes.Get(request.Saes[0]), null);
        string[] trained = [.. shelves.Saes.Names.Select(name => Readable(name)?.Sae.Config.ModelName).OfType<string>().Where(name => shelves.Models.Find(name) is not null).Distinct()];
        return trained switch
        {
            [var only] => shelves.Models.Get(only),
            [] => throw LabException.NothingToDo("no SAE of the workspace says which model here it was trained on", "Name the model with --model."),
            _ => throw LabException.Several("The workspace has SAEs of several models", trained, "Choose one with --model."),
        };
    }

    /// <summary>The model that says what words of names mean, where it takes no time to have it: it is open already, or small.</summary>
    private LanguageModel? ModelOfWords(IReadOnlyList<SearchedSae> searched)
    {
        foreach (var name in searched.Select(one => one.Sae.Sae.Config.ModelName).OfType<string>().Distinct())
        {
            try
            {
                if (shelves.Models.Locate(name) is not { } place || (!shelves.Models.IsOpen(place) && SizeOf(place.Folder) > MostModelBytes)) continue;
                if (shelves.Models.Get(name) is { HasTokenizer: true } model) return model;
            }
            catch (SaeSharpException)
            {
                // Words and spelling find names without it.
            }
        }
        return null;
    }

    private static long SizeOf(string place) => File.Exists(place) ? new FileInfo(place).Length : new DirectoryInfo(place).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    /// <summary>An SAE that cannot be read does not keep the others from being searched, unless it was named.</summary>
    private LoadedSae? Readable(string name)
    {
        try
        {
            return shelves.Saes.Get(name);
        }
        catch (Exception error) when (error is SaeSharpException or JsonException && shelves.Saes.Names.Contains(name))
        {
            return null;
        }
    }

    /// <summary>The tokens that the features found fire on most: one question to each index.</summary>
    private static Dictionary<(LoadedSae, int), string[]> Words(SearchFinding found, IReadOnlyList<SearchedSae> searched, LanguageModel? model)
    {
        var words = new Dictionary<(LoadedSae, int), string[]>();
        foreach (var ofSae in found.Hits.GroupBy(hit => hit.Of))
        {
            if (searched.FirstOrDefault(one => one == ofSae.Key)?.Index is not { } index) continue;
            var rows = index.Query(IndexFiles.Tokens, "feature, text, id", $"WHERE rank < {TokensShown} AND feature IN ({string.Join(',', ofSae.Select(hit => hit.Feature).Distinct())}) ORDER BY feature, rank",
                row => (Feature: row.GetInt32(0), Text: row.GetString(1), Id: row.GetInt32(2)));
            foreach (var ofFeature in rows.GroupBy(row => row.Feature))
                words[(ofSae.Key.Sae, ofFeature.Key)] = [.. ofFeature.Select(row => model is not null && model.Sha256 == index.Info.ModelSha256 ? model.TokenText(row.Id) : row.Text)];
        }
        return words;
    }

    private static FeatureHit Describe(FoundFeature hit, Dictionary<(LoadedSae, int), string[]> words) => new()
    {
        Sae = hit.Of.Sae.Name, Feature = hit.Feature, Hook = hit.Of.Sae.Hook, Layer = hit.Of.Sae.Layer, Score = hit.Score, Label = hit.Of.Label(hit.Feature),
        Density = hit.Of.Statistics?.Density(hit.Feature), Max = hit.Of.Statistics?.Max[hit.Feature], TopTokens = words.GetValueOrDefault((hit.Of.Sae, hit.Feature)) ?? [],
        Firings = hit.Firings ?? [], Push = hit.Push,
    };
}

/// <summary>What one way of searching found.</summary>
/// <param name="Hits">The best, best first.</param>
/// <param name="Compared">Features that were compared.</param>
/// <param name="Texts">The texts that were read.</param>
/// <param name="Notes">What a reader should know.</param>
internal sealed record SearchFinding(IReadOnlyList<FoundFeature> Hits, long Compared, IReadOnlyList<SearchedText> Texts, IReadOnlyList<string> Notes);

/// <summary>One feature that was found.</summary>
internal sealed record FoundFeature(SearchedSae Of, int Feature, double Score, IReadOnlyList<TextFiring?>? Firings = null, TokenPush? Push = null);
