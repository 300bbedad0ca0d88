using System.Text.Json;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Releases;

/// <summary>Finds releases by words.</summary>
internal sealed class ReleaseSearch(ReleaseDirectory directory, PublishedNames published)
{
    public ReleasesResult Of(ReleasesRequest request)
    {
        var text = request.Releases.Trim();
        if (directory.Find(text) is { } found)
        {
            ReleasedSae[] saes = [.. found.Release.Saes.Where(sae => found.Id is null || sae.Id.Contains(found.Id, StringComparison.OrdinalIgnoreCase))];
            if (saes.Length == 0) throw LabException.NoSaeOfRelease(found.Release.Name, found.Id!, [.. found.Release.Saes.Select(sae => sae.Id)]);
            return new([Row(found.Release)], [.. saes.Select(Row)]);
        }
        var model = directory.Repository(text) ?? text;
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var fits = directory.Releases.Select(release => (Release: release, IsModel: release.Model == text || directory.Repository(release.Model) == model || release.Model == model))
            .Where(entry => entry.IsModel || words.All(word => Holds(entry.Release, word))).OrderByDescending(entry => entry.IsModel).Select(entry => entry.Release).ToList();
        if (fits.Count == 0) throw LabException.NoRelease(text, [.. directory.Releases.Select(release => release.Name), .. directory.Releases.Select(release => release.Model).Distinct()]);
        return new([.. fits.Select(Row)], []);
    }

    /// <summary>What the directory alone says about the activations.</summary>
    private static ModelProcessing Processing(SaeRelease release) =>
        release.Overrides is { ValueKind: JsonValueKind.Object } overrides && overrides.TryGetProperty(ModelProcessing.Key, out var settings) ? ModelProcessing.Of(settings) : ModelProcessing.None;

    private static bool Holds(SaeRelease release, string word) => new[] { release.Name, release.Repository, release.Model, release.Loader }.Any(field => field.Contains(word, StringComparison.OrdinalIgnoreCase))
        || release.Saes.Any(sae => sae.Place.Hook?.Contains(word, StringComparison.OrdinalIgnoreCase) ?? false);

    private static ReleaseInfo Row(SaeRelease release)
    {
        var places = release.Saes.Select(sae => sae.Place).ToList();
        return new()
        {
            Release = release.Name, Model = release.Model, Repository = release.Repository, Loader = release.Loader, CanBeRead = ReleaseLoaders.IsRead(release.Loader), Saes = release.Saes.Count,
            Hooks = [.. places.Select(place => place.Hook).OfType<string>().Distinct()], Layers = [.. places.Select(place => place.Layer).OfType<int>().Distinct().Order()],
            Widths = [.. places.Select(place => place.Width).OfType<string>().Distinct()],
            ClaimedL0 = Range(release.Saes.Select(sae => sae.ClaimedL0)), ClaimedExplainedVariance = Range(release.Saes.Select(sae => sae.ClaimedExplainedVariance)),
            Processing = ProcessingInfo.Of(Processing(release)),
        };
    }

    private ReleasedSaeInfo Row(ReleasedSae sae)
    {
        var place = sae.Place;
        return new()
        {
            Name = sae.Name, Layer = place.Layer, Hook = place.Hook, Width = place.Width, ClaimedL0 = sae.ClaimedL0, ClaimedExplainedVariance = sae.ClaimedExplainedVariance,
            Path = sae.Path, Neuronpedia = sae.Neuronpedia, NormScalingFactor = sae.NormScalingFactor, IsHere = published.FileOf(sae) is not null,
        };
    }

    private static double[]? Range(IEnumerable<double?> values)
    {
        var there = values.OfType<double>().ToList();
        return there.Count == 0 ? null : [there.Min(), there.Max()];
    }
}
