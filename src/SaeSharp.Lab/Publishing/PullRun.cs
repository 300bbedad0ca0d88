using SaeSharp.Lab.Library;
using SaeSharp.Lab.Releases;
using SaeSharp.Models.Hub;

namespace SaeSharp.Lab.Publishing;

/// <summary>Finds out what a name means, lists the repository, and fetches what is needed of it.</summary>
internal sealed class PullRun(PullRequest request, HubClient hub, PublishedNames names)
{
    public async Task<PullResult> Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        if (request.Target is null == request.Dataset is null) throw LabException.NothingToDo("there is no name to fetch, or two", "Give OWNER/NAME, RELEASE/ID or a model's name, or --dataset OWNER/NAME.");
        if (request.Split is not null && request.Dataset is null) throw LabException.NothingToDo("only data sets have splits", "Leave out --split, or name the data set with --dataset.");
        return request.Dataset is { } dataset ? await Dataset(HubId.Parse(dataset, HubKind.Dataset), progress, cancel).ConfigureAwait(false) : await Named(request.Target!, progress, cancel).ConfigureAwait(false);
    }

    private async Task<PullResult> Named(string name, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var isHub = name.StartsWith(PublishedNames.Hub, StringComparison.Ordinal);
        if (!isHub && names.FindRelease(name) is var (release, sae))
        {
            var home = HubId.Parse(release.Repository);
            return await Fetch(home, await hub.List(home, cancel).ConfigureAwait(false), listing => PullPlan.Release(home, listing, release, sae), name, progress, cancel).ConfigureAwait(false);
        }
        if (name.StartsWith(PublishedNames.Release, StringComparison.Ordinal)) throw LabException.NoRelease(name[PublishedNames.Release.Length..], [.. names.Directory.Releases.Select(one => one.Name)]);
        var plain = isHub ? name[PublishedNames.Hub.Length..] : name;
        var (id, folder) = (isHub ? null : names.Short(plain)) is { } meant ? (meant, "") : Address(plain, isHub);
        return await Fetch(id, await hub.List(id, cancel).ConfigureAwait(false), listing => PullPlan.Repository(id, listing, folder, plain, names.Directory), plain, progress, cancel).ConfigureAwait(false);
    }

    private async Task<PullResult> Dataset(HubId id, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var listing = await hub.List(id, cancel).ConfigureAwait(false);
        if (!DatasetFiles.HasParquet(listing) && request.Files.Count == 0 && id.Revision == HubId.MainRevision)
        {
            id = id.At(DatasetFiles.Converted);
            listing = await hub.List(id, cancel).ConfigureAwait(false);
        }
        return await Fetch(id, listing, found => DatasetFiles.Of(id, found, request.Split), id.Repository, progress, cancel).ConfigureAwait(false);
    }

    private (HubId Id, string Folder) Address(string name, bool isHub)
    {
        if (SaeAddress.TryParse(name) is { } address) return (address.Id, address.Folder);
        var id = HubId.Parse(name);
        // A name without an owner is old and well known, or a slip of the pen.
        if (isHub || names.Directory.KnowsModel(id.Repository)) return (id, "");
        throw LabException.UnknownName(name, [.. names.Directory.Releases.Select(release => release.Name), .. names.Directory.ModelNames]);
    }

    private async Task<PullResult> Fetch(HubId id, HubListing listing, Func<HubListing, PullPlan> choose, string name, IProgress<Progress>? progress, CancellationToken cancel)
    {
        var plan = request.Files.Count > 0 ? PullPlan.ByPattern(id, listing, request.Files, name) : choose(listing);
        var missing = hub.Missing(id, listing, plan.Files);
        var (folder, fetched) = (hub.Cache.FolderOf(id, listing), missing);
        if (!request.DryRun)
        {
            var snapshot = await hub.Download(id, listing, plan.Files, PullPlan.ComesLast, new DownloadProgress(progress, $"fetching {id.Repository}"), cancel).ConfigureAwait(false);
            (folder, fetched) = (snapshot.Folder, snapshot.Fetched);
        }
        return new()
        {
            Repository = id.ToString(), Commit = listing.Commit, Folder = folder, Kind = plan.Kind, DryRun = request.DryRun, Refused = listing.Refused, Fetched = fetched,
            Names = plan.Kind == PulledKind.Dataset ? [.. plan.Files.Select(file => file.Path.Folder).Distinct().Select(inside => Path.Combine([folder, .. inside.Split('/')]))] : plan.Names,
            Files = [.. plan.Files.Select(file => new PulledFile(file.Path.Text, file.Size))], Bytes = plan.Files.Sum(file => file.Size ?? 0),
            LoaderMissing = plan.Loader is { } loader && !ReleaseLoaders.IsRead(loader) ? loader : null,
        };
    }
}
