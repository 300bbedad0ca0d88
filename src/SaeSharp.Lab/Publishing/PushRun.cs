using System.Text;
using SaeSharp.Lab.Library;
using SaeSharp.Lab.Reading;
using SaeSharp.Models.Hub;
using SaeSharp.Saes;

namespace SaeSharp.Lab.Publishing;

/// <summary>Writes an SAE as a SAELens folder with a model card beside it, and puts both onto the hub.</summary>
internal sealed class PushRun(PushRequest request, HubClient hub, Shelves shelves, Overview overview)
{
    private const string Card = "README.md";

    public async Task<PushResult> Run(IProgress<Progress>? progress, CancellationToken cancel)
    {
        var id = HubId.Parse(request.Repository);
        if (!id.Repository.Contains('/', StringComparison.Ordinal)) throw LabException.NoOwner(id.Repository);
        if (request.Model is { } named) HubId.Parse(named);
        var sae = shelves.Saes.Get(request.Sae);
        var model = request.Model ?? PublicName(sae.Sae.Config.ModelName);
        var folder = HubPath.Parse(request.Folder ?? sae.Sae.Config.HookName ?? sae.Sae.Config.Architecture).Text;
        var card = ModelCard.Write(overview.Of(sae), id.Repository, folder, model);

        var temporary = Directory.CreateTempSubdirectory("saesharp-push-").FullName;
        try
        {
            var written = Path.Combine(temporary, "sae");
            SaeFolder.Save(SaeCatalog.Create(sae.Sae.Config with { ModelName = model }, new(sae.Name, sae.Sae.Tensors), sae.Sae.Backend), written);
            var readme = Path.Combine(temporary, Card);
            await File.WriteAllTextAsync(readme, card, new UTF8Encoding(false), cancel).ConfigureAwait(false);
            (HubPath Path, string File)[] files =
            [
                .. Directory.EnumerateFiles(written).Order(StringComparer.Ordinal).Select(file => (HubPath.Parse($"{folder}/{Path.GetFileName(file)}"), file)),
                (HubPath.Parse(await CardPath(id, folder, cancel).ConfigureAwait(false)), readme),
            ];
            string? commit = null;
            if (!request.DryRun)
            {
                var made = await hub.Upload.Create(id, request.Private, cancel).ConfigureAwait(false);
                if (!made && request.Private && !(await hub.List(id, cancel).ConfigureAwait(false)).IsPrivate) throw LabException.NotPrivate(id.Repository);
                commit = await hub.Upload.Commit(id, files, $"Add {folder}", new DownloadProgress(progress, $"sending to {id.Repository}"), cancel).ConfigureAwait(false);
            }
            return new()
            {
                Repository = id.Repository, Commit = commit, Card = card, Name = $"{id.Repository}/{folder}", DryRun = request.DryRun,
                Files = [.. files.Select(file => new PulledFile(file.Path.Text, new FileInfo(file.File).Length))],
            };
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>The repository's own card, unless it has one already: somebody's words are not written over.</summary>
    private async Task<string> CardPath(HubId id, string folder, CancellationToken cancel)
    {
        if (request.DryRun) return Card;
        try
        {
            return (await hub.List(id, cancel).ConfigureAwait(false)).Find(Card) is null ? Card : $"{folder}/{Card}";
        }
        catch (HubException error) when (!error.IsPassing) // a hub that is busy may well have a card
        {
            return Card; // not there yet; what else may be wrong, the upload tells
        }
    }

    /// <summary>A model that was given by a folder's path is nobody else's business but for its last part.</summary>
    private static string? PublicName(string? model) => model is not null && Path.IsPathRooted(model) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(model)) : model;
}
